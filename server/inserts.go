package server

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/api"
)

// insertBatch is how many rows are written at once, at most. While their
// acknowledgements wait for the client, no more are read: so a client that does not
// listen is not listened to.
const insertBatch = 200

// insertsStream answers POST /inserts-stream: the first line of the body names the
// target, each other line is a row, and for each row there is an acknowledgement
// when it is durable, in order. The first row that does not fit ends the answer.
func (s *Server) insertsStream(w http.ResponseWriter, r *http.Request) {
	media, ok := accepted(r, mediaDelimited)
	if !ok || media != mediaDelimited && media != mediaJSON {
		plain(w, http.StatusNotAcceptable)
		return
	}
	if r.ProtoMajor < 2 {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeNeedsHTTP2, "/inserts-stream needs HTTP/2, because rows and acknowledgements are sent at the same time"))
		return
	}
	lines := &lineReader{in: bufio.NewReaderSize(r.Body, 64<<10), limit: s.limits.Body.Bytes}
	rows, err := s.inserter(r, lines)
	if err != nil {
		writeRefusal(w, err, nil)
		return
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(http.StatusOK)
	acks := &ackWriter{client: s.limits.writer(w), array: media == mediaJSON}
	acks.begin()
	for acks.err == nil {
		n, err := addRows(lines, rows)
		if ferr := rows.Flush(r.Context()); ferr != nil { // None of them is in.
			n, err = 0, ferr
		}
		acks.ok(n)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				acks.fail(err)
			}
			break
		}
		acks.flush()
	}
	acks.end()
}

// inserter reads the first line.
func (s *Server) inserter(r *http.Request, lines *lineReader) (*leat.Inserter, error) {
	line, err := lines.next()
	if err != nil {
		return nil, errors.New(`the first line of the body must be {"target":"a stream or table"}: ` + err.Error())
	}
	var req api.InsertsStreamRequest
	if err := json.Unmarshal(line, &req); err != nil {
		return nil, errors.New(`the first line of the body must be {"target":"a stream or table"}: ` + err.Error())
	}
	session, err := s.sessionFor(r.Context(), &api.KsqlRequest{StreamsProperties: req.Properties})
	if err != nil {
		return nil, err
	}
	return session.Inserter(r.Context(), req.Target)
}

// addRows adds the rows that are there, and waits for the first. It returns how many
// it has added, and why there are no more.
func addRows(lines *lineReader, rows *leat.Inserter) (n int, err error) {
	for n < insertBatch && (n == 0 || lines.ready()) {
		line, err := lines.next()
		if err == nil {
			err = rows.AddJSON(line)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// lineReader reads lines up to a limit.
type lineReader struct {
	in    *bufio.Reader
	limit int64
	long  []byte // A line that is longer than the buffer of in.
}

// ready tells whether there is a whole line already.
func (l *lineReader) ready() bool {
	there, err := l.in.Peek(l.in.Buffered())
	return err == nil && bytes.IndexByte(there, '\n') >= 0
}

// next returns the next line that is not blank, valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	for {
		line, err := l.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			line, err = l.rest(line)
		}
		if err != nil && (!errors.Is(err, io.EOF) || len(bytes.TrimSpace(line)) == 0) {
			return nil, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			return line, nil
		}
	}
}

// rest reads on to the end of a long line.
func (l *lineReader) rest(begin []byte) (line []byte, err error) {
	l.long = append(l.long[:0], begin...)
	for {
		begin, err = l.in.ReadSlice('\n')
		l.long = append(l.long, begin...)
		if int64(len(l.long)) > l.limit {
			return nil, errors.New(tooLarge(l.limit))
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l.long, err
		}
	}
}

// ackWriter writes acknowledgements, a line or an element of an array each.
type ackWriter struct {
	client *streamWriter
	array  bool
	next   int64 // Sequence number of the next row.
	buf    []byte
	err    error // The client is gone.
}

func (a *ackWriter) begin() {
	if a.array {
		a.buf = append(a.buf, '[')
	}
	a.flush()
}

// ok acknowledges the next n rows.
func (a *ackWriter) ok(n int) {
	for range n {
		a.add(&api.InsertAck{Status: "ok", Sequence: a.next})
		a.next++
	}
}

// fail says why the next row is not in.
func (a *ackWriter) fail(err error) {
	_, body := refusal(err, nil)
	a.add(&api.InsertError{Error: *body, Status: "error", Sequence: a.next})
}

func (a *ackWriter) add(ack any) {
	line, err := json.Marshal(ack)
	if err != nil { // Text and numbers always marshal.
		a.err = err
		return
	}
	if a.array && a.next > 0 {
		a.buf = append(a.buf, ",\n"...)
	}
	a.buf = append(a.buf, line...)
	if !a.array {
		a.buf = append(a.buf, '\n')
	}
}

func (a *ackWriter) end() {
	if a.array {
		a.buf = append(a.buf, "]\n"...)
	}
	a.flush()
}

// flush sends what there is, and waits for a client that is slow.
func (a *ackWriter) flush() {
	if err := a.client.send(a.buf); err != nil {
		a.err = err
	}
	a.buf = a.buf[:0]
}
