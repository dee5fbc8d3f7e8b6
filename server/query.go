package server

import (
	"errors"
	"net/http"
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
	if !readJSON(w, r, &req) {
		return
	}
	s.stream(w, r, req.SQL, req.StreamsProperties, req.SessionVariables, mediaKsql)
}

// queryStream answers POST /query-stream.
func (s *Server) queryStream(w http.ResponseWriter, r *http.Request) {
	var req api.QueryStreamRequest
	if !readJSON(w, r, &req) {
		return
	}
	s.stream(w, r, req.SQL, req.Properties, req.SessionVariables, mediaDelimited)
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

func (s *Server) stream(w http.ResponseWriter, r *http.Request, sql string, properties map[string]any, variables map[string]string, byDefault string) {
	media, ok := accepted(r, byDefault)
	if !ok {
		http.Error(w, "Not Acceptable", http.StatusNotAcceptable)
		return
	}
	session, err := s.session(properties, variables)
	if err != nil {
		writeError(w, http.StatusBadRequest, api.Generic(api.CodeBadRequest, err.Error()))
		return
	}
	rows, err := session.Query(r.Context(), sql)
	if err != nil {
		if media == api.MediaSession {
			answerSession(w, session, nil, err)
			return
		}
		status, body := refusal(err, nil)
		writeError(w, status, body)
		return
	}
	defer rows.Close()
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
// a change is seen at once and a burst goes out in large pieces.
func (s *Server) copyRows(w http.ResponseWriter, rows *leat.Rows, out rowEncoder) {
	flusher := http.NewResponseController(w)
	buf := out.head(nil)
	for {
		if _, err := w.Write(buf); err != nil {
			return
		}
		if err := flusher.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		batch, err := rows.Next()
		buf = buf[:0]
		if err != nil {
			buf = out.fail(buf, err)
		}
		if err != nil || len(batch) == 0 {
			// The client may be gone; there is nobody else to tell.
			_, _ = w.Write(out.end(buf, rows.Final()))
			return
		}
		for _, row := range batch {
			buf = out.row(buf, row)
		}
	}
}
