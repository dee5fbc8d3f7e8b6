package parser

// window reads the WINDOW clause.
func (r *reader) window() (*Window, error) {
	w := &Window{Loc: Loc{tokenSpan(r.next())}}
	var err error
	if canName(r.peek().Type) && !r.follow(kwSESSION, tokLParen) {
		if w.Name, err = r.namePtr(); err != nil {
			return nil, err
		}
	}
	switch {
	case r.accept(kwTUMBLING):
		w.Kind = Tumbling
	case r.accept(kwHOPPING):
		w.Kind = Hopping
	case r.accept(kwSESSION):
		w.Kind = Session
	default:
		return nil, r.unexpected()
	}
	if _, err = r.expect(tokLParen); err != nil {
		return nil, err
	}
	if err = r.windowBody(w); err != nil {
		return nil, err
	}
	if _, err = r.expect(tokRParen); err != nil {
		return nil, err
	}
	w.At = r.since(w.At)
	return w, nil
}

// windowBody reads what stands in the parentheses: the sizes of the kind, then
// retention, then grace.
func (r *reader) windowBody(w *Window) (err error) {
	if w.Kind != Session {
		if _, err = r.expect(kwSIZE); err != nil {
			return err
		}
	}
	if w.Size, err = r.duration(); err != nil {
		return err
	}
	if w.Kind == Hopping {
		if _, err = r.expect(tokComma); err != nil {
			return err
		}
		if w.Advance, err = r.keyDuration(kwADVANCE, kwBY); err != nil {
			return err
		}
	}
	if r.follow(tokComma, kwRETENTION) {
		r.next()
		if w.Retention, err = r.keyDuration(kwRETENTION); err != nil {
			return err
		}
	}
	if r.accept(tokComma) {
		if !r.is(kwGRACE) {
			return r.unexpected()
		}
		w.Grace, err = r.keyDuration(kwGRACE, kwPERIOD)
	}
	return err
}
