package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/api"
)

// websocketQuery answers GET /ws/query?request=...: the columns, then a message per
// row, then {"error":"done"} and a close. Errors come as a message, too, and as the
// reason of the close.
func (s *Server) websocketQuery(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: s.origins.hosts()})
	if err != nil {
		return // Accept has answered.
	}
	defer conn.CloseNow()
	ws := &socket{conn: conn, ctx: conn.CloseRead(r.Context()), stall: s.limits.Stall}
	ws.close(s.socketQuery(ws, r))
}

// hosts are the origins as the handshake compares them: without scheme.
func (c *CORS) hosts() []string {
	var out []string
	for _, o := range c.Origins {
		if u, err := url.Parse(o); err == nil && u.Host != "" {
			o = u.Host
		}
		out = append(out, o)
	}
	return out
}

// socketQuery runs the query of a request until its end, or the client's.
func (s *Server) socketQuery(ws *socket, r *http.Request) error {
	var req api.KsqlRequest
	switch text := r.URL.Query().Get("request"); {
	case r.URL.Query().Get("version") != "" && r.URL.Query().Get("version") != "1":
		return errors.New("version must be 1")
	case text == "":
		return errors.New(`the parameter request must be an object such as {"ksql":"SELECT * FROM s EMIT CHANGES;"}`)
	default:
		if err := json.Unmarshal([]byte(text), &req); err != nil {
			return errors.New("the parameter request is not the JSON object that is expected: " + err.Error())
		}
	}
	session, err := s.sessionFor(ws.ctx, &req)
	if err != nil {
		return err
	}
	rows, err := session.Query(ws.ctx, req.SQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Pull {
		done, ok := s.beginPush()
		if !ok {
			return errors.New(s.limits.tooMany())
		}
		defer done()
	}
	return ws.copyRows(rows)
}

// socket is the server's end of a websocket.
type socket struct {
	conn  *websocket.Conn
	ctx   context.Context // Ends when the client goes.
	stall time.Duration
	buf   []byte
}

// errSlow: a client took nothing for too long.
var errSlow = errors.New("the client has taken nothing for too long")

// send writes a message, and waits for a client that is slow.
func (ws *socket) send(message []byte) error {
	ctx, cancel := context.WithTimeout(ws.ctx, ws.stall)
	defer cancel()
	err := ws.conn.Write(ctx, websocket.MessageText, message)
	if err != nil && ctx.Err() != nil && ws.ctx.Err() == nil {
		return errSlow
	}
	return err
}

func (ws *socket) copyRows(rows *leat.Rows) error {
	if !rows.Lines {
		columns := []api.Field{}
		for _, c := range rows.Columns {
			f := api.Field{Name: c.Name, Schema: schemaInfo(c.Type)}
			if c.Key && rows.Pull {
				f.Type = "KEY"
			}
			columns = append(columns, f)
		}
		head, err := json.Marshal(columns)
		if err != nil {
			return err
		}
		if err := ws.send(head); err != nil {
			return err
		}
	}
	for {
		batch, err := rows.Next()
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, row := range batch {
			if ws.buf = ws.message(ws.buf[:0], rows, row); ws.buf == nil {
				continue
			}
			if err := ws.send(ws.buf); err != nil {
				return err
			}
		}
	}
}

// message is a row as a message.
func (ws *socket) message(dst []byte, rows *leat.Rows, row leat.Row) []byte {
	if rows.Lines {
		return leat.AppendJSON(dst, row.Values[0])
	}
	return appendRow(dst, row)
}

// maxReason is how long the reason of a close may be, in bytes.
const maxReason = 123

// close says how it ended.
func (ws *socket) close(err error) {
	if ws.ctx.Err() != nil {
		return // The client went first.
	}
	if errors.Is(err, errSlow) {
		return // It does not listen.
	}
	code, reason := websocket.StatusNormalClosure, "done"
	if err != nil {
		reason = err.Error()
		switch status, _ := refusal(err, nil); {
		case errors.Is(err, errCommandWait):
			code = websocket.StatusTryAgainLater
		case status >= http.StatusInternalServerError:
			code = websocket.StatusInternalError
		default:
			code = websocket.StatusUnsupportedData
		}
	}
	message := append(leat.AppendJSON([]byte(`{"error":`), reason), '}')
	if ws.send(message) != nil {
		return
	}
	if len(reason) > maxReason {
		reason = strings.ToValidUTF8(reason[:maxReason], "")
	}
	_ = ws.conn.Close(code, reason) // The client may be gone.
}
