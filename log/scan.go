package log

import (
	"encoding/binary"
	"io"

	"github.com/leatdb/leat/internal/vfs"
)

// walScan reads the records of one WAL file.
//
// Where does a log end? At the first record that does not fit: wrong LSN, wrong generation, wrong checksum. That alone does
// not tell a torn write, which is cut silently because nobody was told it is durable, from damage to a record that somebody
// was. The lag in the head of every record does: a valid record further on that was written when the missing one was already
// durable proves damage. A valid record further on without that proof is from the same torn write: sectors of one write
// reach the disk in any order.
type walScan struct {
	f          vfs.File
	generation uint32
	seed       uint32
	size       int64
	pos        int64

	window    []byte // the bytes of the file at windowPos
	windowPos int64
	buf       *[]byte // pooled
}

const scanWindow = 256 << 10

func newWALScan(f vfs.File, generation, seed uint32, pos int64) (*walScan, error) {
	size, err := f.Size()
	return &walScan{f: f, generation: generation, seed: seed, size: size, pos: pos}, err
}

// close gives the memory back.
func (s *walScan) close() {
	if s.buf != nil {
		readBuffers.Put(s.buf)
	}
	s.buf, s.window = nil, nil
}

// at returns n bytes at a position of the file, which must be there. They are valid until the next call.
func (s *walScan) at(pos int64, n int) ([]byte, error) {
	if pos >= s.windowPos && pos+int64(n) <= s.windowPos+int64(len(s.window)) {
		return s.window[pos-s.windowPos:][:n], nil
	}
	want := int(min(int64(max(n, scanWindow)), s.size-pos))
	if s.buf == nil || len(*s.buf) < want {
		s.close()
		s.buf = readBuffers.Get(want)
	}
	s.window, s.windowPos = (*s.buf)[:want], pos
	if got, err := s.f.ReadAt(s.window, pos); got < want {
		s.window = nil
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return s.window[:n], nil
}

// record returns the record at a position, or false if there is no valid one of this generation. An error is one of reading.
func (s *walScan) record(pos int64) (h recordHead, payload []byte, ok bool, err error) {
	if pos+recordHeadBytes > s.size {
		return h, nil, false, nil
	}
	b, err := s.at(pos, recordHeadBytes)
	if err != nil {
		return h, nil, false, err
	}
	h = parseRecordHead(b)
	if h.generation != s.generation || !s.plausible(&h, pos) {
		return h, nil, false, nil
	}
	b, err = s.at(pos, recordHeadBytes+h.length)
	if err != nil {
		return h, nil, false, err
	}
	if recordCRC(b, s.seed, pos) != h.crc {
		return h, nil, false, nil
	}
	return h, b[recordHeadBytes:], true, nil
}

func (s *walScan) plausible(h *recordHead, pos int64) bool {
	return h.length <= maxPayload && pos+recordHeadBytes+int64(h.length) <= s.size && LSN(h.lag) <= h.lsn
}

// next returns the record that must follow, and steps over it; false at the first that does not fit.
func (s *walScan) next(want LSN) (h recordHead, payload []byte, ok bool, err error) {
	h, payload, ok, err = s.record(s.pos)
	if err != nil || !ok || h.lsn != want {
		return h, nil, false, err
	}
	s.pos += int64(recordBytes(h.length))
	return h, payload, true, nil
}

// evidence looks behind the end of the log for a valid record that proves that the one with LSN lost was durable, and
// returns the highest LSN of such records, or 0. With lost == 0 every valid record is a proof.
func (s *walScan) evidence(from int64, lost LSN) (LSN, error) {
	var highest LSN
	for pos := from; pos+recordHeadBytes <= s.size; {
		n := int(min(scanWindow, s.size-pos)) &^ (recordAlign - 1)
		b, err := s.at(pos, n)
		if err != nil {
			return 0, err
		}
		at := s.candidate(b, lost)
		if at < 0 {
			pos += int64(max(n-recordHeadBytes+recordAlign, recordAlign)) &^ (recordAlign - 1)
			continue
		}
		pos += int64(at)
		h, _, ok, err := s.record(pos)
		if err != nil {
			return 0, err
		}
		if ok {
			highest = max(highest, h.lsn)
			pos += int64(recordBytes(h.length))
		} else {
			pos += recordAlign
		}
	}
	return highest, nil
}

// candidate finds the first place in b that could be the head of a record that proves the loss.
func (s *walScan) candidate(b []byte, lost LSN) int {
	le := binary.LittleEndian
	for at := 0; at+recordHeadBytes <= len(b); at += recordAlign {
		if le.Uint32(b[at+16:]) != s.generation {
			continue
		}
		h := parseRecordHead(b[at:])
		if h.lsn != 0 && LSN(h.lag) <= h.lsn && h.lsn-LSN(h.lag) >= lost && h.length <= maxPayload {
			return at
		}
	}
	return -1
}
