package migrate

import (
	"context"
	"fmt"
	"sort"
)

// verify tells the first file that is not what was applied.
func verify(files []File, events map[int]Event) error {
	byVersion := map[int]File{}
	for _, f := range files {
		byVersion[f.Version] = f
	}
	var applied []int
	for v, e := range events {
		if v > 0 && e.State == Migrated {
			applied = append(applied, v)
		}
	}
	sort.Ints(applied)
	for _, v := range applied {
		f, ok := byVersion[v]
		switch {
		case !ok:
			return fmt.Errorf("version %d (%s) was applied and its file is gone; bring it back", v, events[v].Name)
		case f.Sum != events[v].Sum:
			return fmt.Errorf("%s is not what was applied as version %d; take the change back and put it into a new version", f.Path, v)
		}
	}
	return nil
}

// Validate compares the files with what was applied, and returns how many
// versions that is.
func (p *Project) Validate(ctx context.Context) (int, error) {
	files, events, err := p.state(ctx)
	if err != nil {
		return 0, err
	}
	n := 0
	for v, e := range events {
		if v > 0 && e.State == Migrated {
			n++
		}
	}
	return n, verify(files, events)
}

// Info lists the versions of the project and of the database, in order.
func (p *Project) Info(ctx context.Context) ([]Event, error) {
	files, events, err := p.state(ctx)
	if err != nil {
		return nil, err
	}
	delete(events, 0)
	for _, f := range files {
		if _, ok := events[f.Version]; !ok {
			events[f.Version] = Event{Version: f.Version, Name: f.Name, State: Pending}
		}
	}
	var list []Event
	for _, e := range events {
		list = append(list, e)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Version < list[j].Version })
	return list, nil
}

func (p *Project) state(ctx context.Context) ([]File, map[int]Event, error) {
	files, err := Files(p.Dir)
	if err != nil {
		return nil, nil, err
	}
	s, err := p.Open(nil)
	if err != nil {
		return nil, nil, err
	}
	events, err := p.Metadata.Events(ctx, s)
	return files, events, err
}
