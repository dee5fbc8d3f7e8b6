package server

import (
	"errors"
	"net/http"
	"os"
	"strings"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/api"
)

// The media types of row streams.
const (
	mediaDelimited = "application/vnd.ksqlapi.delimited.v1"
	mediaJSON      = "application/json"
	mediaKsql      = "application/vnd.ksql.v1+json"
	mediaProtobuf  = "application/vnd.ksql.v1+protobuf"
)

// query answers POST /query: rows as elements of one JSON array, with a header
// first.
func (s *Server) query(w http.ResponseWriter, r *http.Request) {
	var req api.KsqlRequest
	if s.readJSON(w, r, &req) {
		s.stream(w, r, &req, mediaKsql)
	}
}

// queryStream answers POST /query-stream.
func (s *Server) queryStream(w http.ResponseWriter, r *http.Request) {
	var req api.QueryStreamRequest
	if s.readJSON(w, r, &req) {
		s.stream(w, r, &api.KsqlRequest{SQL: req.SQL, StreamsProperties: req.Properties, SessionVariables: req.SessionVariables,
			RequestProperties: req.RequestProperties}, mediaDelimited)
	}
}

// keepsSession tells whether the client is one of leat's own.
func keepsSession(r *http.Request) bool { return r.Header.Get("Accept") == api.MediaSession }

// accepted picks the media type of the answer.
func accepted(r *http.Request, byDefault string) (string, bool) {
	accept := r.Header.Get("Accept")
	if accept == "" || strings.Contains(accept, "*/*") {
		return byDefault, true
	}
	for _, m := range []string{api.MediaSession, mediaDelimited, mediaKsql, mediaProtobuf, mediaJSON} {
		if strings.Contains(accept, m) {
			if m == mediaJSON && byDefault == mediaKsql {
				return mediaKsql, true
			}
			return m, true
		}
	}
	return "", false
}

func (s *Server) stream(w http.ResponseWriter, r *http.Request, req *api.KsqlRequest, byDefault string) {
	media, ok := accepted(r, byDefault)
	if !ok {
		plain(w, http.StatusNotAcceptable)
		return
	}
	session, err := s.sessionFor(r.Context(), req)
	if err != nil {
		writeRefusal(w, err, nil)
		return
	}
	rows, err := session.Query(r.Context(), req.SQL)
	if err != nil {
		if media == api.MediaSession {
			answerSession(w, session, nil, err)
			return
		}
		writeRefusal(w, err, nil)
		return
	}
	defer rows.Close()
	if rows.Pull {
		defer s.limits.timer(rows)()
	} else {
		done, ok := s.beginPush()
		if !ok {
			writeError(w, http.StatusBadRequest, api.Generic(api.CodeTooMany, s.limits.tooMany()))
			return
		}
		defer done()
	}
	out, err := encoderFor(media, rows)
	if err != nil {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, err.Error()))
		return
	}
	w.Header().Set("Content-Type", media)
	if rows.Lines && media != api.MediaSession {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.WriteHeader(http.StatusOK)
	s.copyRows(w, rows, out)
}

// copyRows writes rows as they come and flushes whenever it would wait, so that
// a change is seen at once and a burst goes out in large pieces. It waits for a
// client that is slow, and with it the query does; one that takes nothing for too
// long is disconnected.
func (s *Server) copyRows(w http.ResponseWriter, rows *leat.Rows, out rowEncoder) {
	client := s.limits.writer(w)
	buf := out.head(nil)
	for {
		if token := rows.Token(); token != "" {
			buf = out.token(buf, token)
		}
		if err := client.send(buf); err != nil {
			s.disconnected(rows, err)
			return
		}
		batch, err := rows.Next()
		buf = buf[:0]
		if err != nil {
			buf = out.fail(buf, err)
		}
		if err != nil || len(batch) == 0 {
			// The client may be gone; there is nobody else to tell.
			_ = client.send(out.end(buf, rows.Final()))
			return
		}
		for _, row := range batch {
			buf = out.row(buf, row)
		}
	}
}

// disconnected tells of clients that were too slow; others just went.
func (s *Server) disconnected(rows *leat.Rows, err error) {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.logger.Warn("client disconnected: it has taken nothing for too long", "query", rows.QueryID, "limit", s.limits.Stall)
	}
}
