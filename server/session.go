package server

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/leatdb/leat"
	"github.com/leatdb/leat/server/api"
	"github.com/leatdb/leat/types"
)

// answerSession answers /ksql for a client that keeps a session: what its
// statements gave and, when one failed, why.
func answerSession(w http.ResponseWriter, session *leat.Session, results []leat.Result, err error) {
	status, answer := http.StatusOK, api.SessionAnswer{}
	answer.Properties, answer.Variables = session.State()
	if err != nil {
		status, _ = refusal(err, nil)
		answer.Fault = fault(err)
	}
	var merr error
	if answer.Results, merr = json.Marshal(results); merr != nil {
		writeError(w, http.StatusInternalServerError, api.Generic(api.CodeServer, merr.Error()))
		return
	}
	writeMedia(w, status, api.MediaSession, &answer)
}

func fault(err error) *api.Fault {
	f := &api.Fault{Message: err.Error(), Assertion: errors.Is(err, leat.ErrAssertion)}
	var se *leat.StatementError
	if errors.As(err, &se) {
		f.SQL, f.Line, f.Col = se.SQL, se.Line, se.Col
	}
	return f
}

// sessionEncoder writes rows for a client that keeps a session, a line each, in
// the row encoding.
type sessionEncoder struct {
	rows *leat.Rows
	cols []*types.Vector
}

func newSessionEncoder(rows *leat.Rows) (*sessionEncoder, error) {
	e := &sessionEncoder{rows: rows}
	for _, c := range rows.Columns {
		t, err := types.ParseType(c.Type)
		if err != nil {
			return nil, err
		}
		e.cols = append(e.cols, types.NewVector(t))
	}
	return e, nil
}

func (e *sessionEncoder) head(dst []byte) []byte {
	line := api.SessionLine{QueryID: e.rows.QueryID, Pull: e.rows.Pull, Lines: e.rows.Lines}
	for _, c := range e.rows.Columns {
		line.Columns = append(line.Columns, api.SessionColumn{Name: c.Name, Type: c.Type, Key: c.Key, Header: c.Header})
	}
	return appendLine(dst, &line)
}

func (e *sessionEncoder) row(dst []byte, r leat.Row) []byte {
	for i, v := range e.cols {
		v.Reset(1)
		if err := v.SetAny(0, r.Values[i]); err != nil {
			return e.fail(dst, err)
		}
	}
	return appendLine(dst, &api.SessionLine{Row: types.AppendRow(nil, e.cols, 0), Tombstone: r.Tombstone})
}

func (e *sessionEncoder) token(dst []byte, _ string) []byte { return dst }

func (e *sessionEncoder) fail(dst []byte, err error) []byte {
	return appendLine(dst, &api.SessionLine{Error: err.Error()})
}

func (e *sessionEncoder) end(dst []byte, final string) []byte {
	return appendLine(dst, &api.SessionLine{End: true, Final: final})
}

func appendLine(dst []byte, line *api.SessionLine) []byte {
	b, err := json.Marshal(line)
	if err != nil { // Text, numbers and bytes always marshal.
		b = []byte("{}")
	}
	return append(append(dst, b...), '\n')
}
