package migrate

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/leatdb/leat/parser"
)

// Plan says which versions to apply. Exactly one of All, Next, Until and Version
// is set.
type Plan struct {
	All, Next      bool
	Until, Version int
	DryRun         bool
	// AfterCrash takes a version that is marked as running for failed.
	AfterCrash bool
	Variables  map[string]string
}

// Project is a folder of migrations and the database that they are for.
type Project struct {
	Dir      string
	Metadata Metadata
	// Open starts a session of its own for each migration, so that SET and DEFINE
	// end with it; variables are defined in it.
	Open func(variables map[string]string) (Session, error)
	Out  io.Writer
}

// Apply brings the database to the version that the plan says, file by file. A
// file that fails ends it; what the file did before stays, and the next call
// begins with that file again.
func (p *Project) Apply(ctx context.Context, plan Plan) error {
	files, err := Files(p.Dir)
	if err != nil {
		return err
	}
	s, err := p.Open(nil)
	if err != nil {
		return err
	}
	events, err := p.Metadata.Events(ctx, s)
	if err != nil {
		return err
	}
	if e := events[0]; e.State == Running && !plan.AfterCrash {
		return fmt.Errorf("version %d is marked as running: another apply is at work. If that one was killed, add --after-crash, which takes the version for failed", e.Version)
	}
	if err := verify(files, events); err != nil {
		return err
	}
	todo, err := plan.choose(files, events)
	if err != nil {
		return err
	}
	if len(todo) == 0 {
		fmt.Fprintln(p.Out, "There is nothing to apply.")
	}
	for i := range todo {
		if err := todo[i].check(plan.Variables); err != nil {
			return err
		}
	}
	for i := range todo {
		if err := p.applyFile(ctx, s, &todo[i], plan, events); err != nil {
			return err
		}
	}
	return nil
}

// last is the newest version that the database has, or 0.
func last(events map[int]Event) int {
	done := 0
	for v, e := range events {
		if v > 0 && e.State == Migrated {
			done = max(done, v)
		}
	}
	return done
}

func (plan *Plan) choose(files []File, events map[int]Event) ([]File, error) {
	done := last(events)
	var pending []File
	for _, f := range files {
		if f.Version > done {
			pending = append(pending, f)
		}
	}
	switch {
	case plan.All:
		return pending, nil
	case plan.Next:
		return pending[:min(1, len(pending))], nil
	}
	want := max(plan.Until, plan.Version)
	if want <= done {
		return nil, fmt.Errorf("the database is at version %d already and does not go back to %d; write a migration that undoes it", done, want)
	}
	for i, f := range pending {
		switch {
		case f.Version != want:
		case plan.Until > 0:
			return pending[:i+1], nil
		default:
			return pending[i : i+1], nil
		}
	}
	return nil, fmt.Errorf("the project has no version %d; `leat migrate info` lists what it has", want)
}

func (p *Project) applyFile(ctx context.Context, meta Session, f *File, plan Plan, events map[int]Event) error {
	fmt.Fprintf(p.Out, "Version %d: %s\n", f.Version, f.Name)
	if plan.DryRun {
		for _, piece := range parser.Split(f.Text) {
			text, err := parser.SubstituteVariables(piece.Text, plan.Variables)
			if err != nil { // A DEFINE of the file may give the variable its value.
				text = piece.Text
			}
			fmt.Fprintf(p.Out, "  would run: %s\n", strings.Join(strings.Fields(text), " "))
		}
		return nil
	}
	e := Event{Version: f.Version, Name: f.Name, State: Running, Sum: f.Sum, Started: now(), Previous: none}
	if done := last(events); done > 0 {
		e.Previous = strconv.Itoa(done)
	}
	if err := p.Metadata.write(ctx, meta, e); err != nil {
		return err
	}
	err := p.runFile(ctx, f, plan.Variables)
	e.State, e.Completed = Migrated, now()
	if err != nil {
		e.State, e.Reason = Failed, err.Error()
		err = fmt.Errorf("%s: %w; mend the file and apply it again", f.Path, err)
	}
	// What happened is written down also when ctx has ended.
	if werr := p.Metadata.write(context.WithoutCancel(ctx), meta, e); err == nil {
		err = werr
	}
	events[f.Version] = e
	return err
}

// runFile runs the statements of a file one by one.
func (p *Project) runFile(ctx context.Context, f *File, variables map[string]string) error {
	s, err := p.Open(variables)
	if err != nil {
		return err
	}
	_, err = s.Exec(ctx, f.Text)
	return err
}
