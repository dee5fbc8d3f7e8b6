package log

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Codec is the compression of a record batch, numbered as in the batch's attributes.
type Codec uint8

// The codecs of record batches.
const (
	CodecNone Codec = iota
	CodecGzip
	CodecSnappy
	CodecLZ4
	CodecZstd
)

// maxPlainBytes bounds what a batch may decompress to, so that a few hostile bytes cannot take all memory.
const maxPlainBytes = 128 << 20

// codecPools hold the decoders, which are expensive to make and carry windows of many KiB.
var (
	gzipReaders sync.Pool
	lz4Readers  = sync.Pool{New: func() any { return lz4.NewReader(nil) }}
	zstdDecoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderMaxMemory(maxPlainBytes))
		if err != nil {
			panic("log: " + err.Error()) // only for options that do not exist
		}
		return d
	})
	zstdEncoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			panic("log: " + err.Error())
		}
		return e
	})
)

// decompress appends the plain form of src to dst.
func decompress(codec Codec, dst, src []byte) ([]byte, error) {
	switch codec {
	case CodecNone:
		return append(dst, src...), nil
	case CodecGzip:
		return gunzip(dst, src)
	case CodecSnappy:
		return unsnappy(dst, src)
	case CodecLZ4:
		r := lz4Readers.Get().(*lz4.Reader)
		defer lz4Readers.Put(r)
		r.Reset(bytes.NewReader(src))
		return appendAll(dst, r)
	case CodecZstd:
		return zstdDecoder().DecodeAll(src, dst)
	}
	return dst, fmt.Errorf("unknown compression %d", codec)
}

func gunzip(dst, src []byte) ([]byte, error) {
	r, ok := gzipReaders.Get().(*gzip.Reader)
	var err error
	if ok {
		err = r.Reset(bytes.NewReader(src))
	} else {
		r, err = gzip.NewReader(bytes.NewReader(src))
	}
	if err != nil {
		return dst, err
	}
	defer gzipReaders.Put(r)
	return appendAll(dst, r)
}

// appendAll reads r to its end, behind dst.
func appendAll(dst []byte, r io.Reader) ([]byte, error) {
	start := len(dst)
	for {
		if cap(dst)-len(dst) < 4096 {
			dst = append(dst, make([]byte, max(4096, len(dst)-start))...)[:len(dst)]
		}
		n, err := r.Read(dst[len(dst):cap(dst)])
		dst = dst[:len(dst)+n]
		if err == io.EOF {
			return dst, nil
		}
		if err == nil && len(dst)-start > maxPlainBytes {
			err = fmt.Errorf("decompresses to more than %d bytes", maxPlainBytes)
		}
		if err != nil {
			return dst, err
		}
	}
}

// xerialMagic starts the framing that Java clients put around snappy: the magic, two version numbers, then blocks of a
// 4-byte big-endian length and a raw snappy block each.
var xerialMagic = []byte{0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0}

const xerialHeaderBytes = 16

func unsnappy(dst, src []byte) ([]byte, error) {
	if !bytes.HasPrefix(src, xerialMagic) {
		return unsnappyBlock(dst, src)
	}
	if len(src) < xerialHeaderBytes {
		return dst, io.ErrUnexpectedEOF
	}
	var err error
	for src = src[xerialHeaderBytes:]; len(src) > 0 && err == nil; {
		if len(src) < 4 {
			return dst, io.ErrUnexpectedEOF
		}
		n := binary.BigEndian.Uint32(src)
		if src = src[4:]; uint64(n) > uint64(len(src)) {
			return dst, io.ErrUnexpectedEOF
		}
		dst, err = unsnappyBlock(dst, src[:n])
		src = src[n:]
	}
	return dst, err
}

func unsnappyBlock(dst, src []byte) ([]byte, error) {
	n, err := snappy.DecodedLen(src)
	if err != nil {
		return dst, err
	}
	if n > maxPlainBytes {
		return dst, fmt.Errorf("decompresses to %d bytes, allowed are %d", n, maxPlainBytes)
	}
	start := len(dst)
	if cap(dst)-start < n {
		dst = append(dst, make([]byte, n)...)
	}
	plain, err := snappy.Decode(dst[start:start+n], src)
	return dst[:start+len(plain)], err
}

// compress appends the compressed form of src to dst.
func compress(codec Codec, dst, src []byte) ([]byte, error) {
	switch codec {
	case CodecNone:
		return append(dst, src...), nil
	case CodecGzip:
		w := bytes.NewBuffer(dst)
		z := gzip.NewWriter(w)
		if _, err := z.Write(src); err != nil {
			return dst, err
		}
		err := z.Close()
		return w.Bytes(), err
	case CodecSnappy:
		return append(dst, snappy.Encode(nil, src)...), nil
	case CodecLZ4:
		w := bytes.NewBuffer(dst)
		z := lz4.NewWriter(w)
		if _, err := z.Write(src); err != nil {
			return dst, err
		}
		err := z.Close()
		return w.Bytes(), err
	case CodecZstd:
		return zstdEncoder().EncodeAll(src, dst), nil
	}
	return dst, fmt.Errorf("unknown compression %d", codec)
}
