package leat

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/leatdb/leat/catalog"
)

// CommandState is how far a command is.
type CommandState string

// The states of commands. A command that has failed is durable, and the next start
// makes it good.
const (
	CommandExecuting CommandState = "EXECUTING"
	CommandSuccess   CommandState = "SUCCESS"
	CommandError     CommandState = "ERROR"
)

// CommandStatus is what became of a command: of the last one with its id.
type CommandStatus struct {
	Status
	State CommandState
}

// commandTable holds what became of the commands, by id. There are as many as
// names that were ever created, altered and dropped.
type commandTable struct {
	mu    sync.Mutex
	byID  map[string]CommandStatus
	ids   map[int64]string // Of commands that are not carried out yet, by sequence number.
	upTo  int64            // The number after that of the last command carried out.
	moved chan struct{}    // Closed when upTo moves on; nil when nobody waits.
}

// statusOf describes a command that is durable.
func statusOf(id string, sequence int64, c *catalog.Command) CommandStatus {
	s := CommandStatus{Status{CommandID: id, Sequence: sequence, Message: c.Message}, CommandExecuting}
	if c.Query != nil {
		s.QueryID = c.Query.ID
	}
	if s.Message == "" {
		s.Message = strings.ReplaceAll(string(c.Kind), "-", " ") + " done"
	}
	return s
}

func (t *commandTable) begun(s CommandStatus) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID == nil {
		t.byID, t.ids = map[string]CommandStatus{}, map[int64]string{}
	}
	t.byID[s.CommandID], t.ids[s.Sequence] = s, s.CommandID
}

// done tells that a command was carried out, or why not.
func (t *commandTable) done(sequence int64, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := t.ids[sequence]
	delete(t.ids, sequence)
	if s := t.byID[id]; s.Sequence == sequence {
		s.State = CommandSuccess
		if err != nil {
			s.State, s.Message = CommandError, err.Error()
		}
		t.byID[id] = s
	}
	t.upTo = sequence + 1
	if t.moved != nil {
		close(t.moved)
		t.moved = nil
	}
}

// after returns a channel that is closed when more commands were carried out, nil
// when that of the number was.
func (t *commandTable) after(sequence int64) <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if sequence < t.upTo {
		return nil
	}
	if t.moved == nil {
		t.moved = make(chan struct{})
	}
	return t.moved
}

// Command returns what became of the last command with the id, such as
// stream/ORDERS/create.
func (db *DB) Command(id string) (CommandStatus, bool) {
	db.commands.mu.Lock()
	defer db.commands.mu.Unlock()
	s, ok := db.commands.byID[id]
	return s, ok
}

// Commands returns what became of all commands, by id.
func (db *DB) Commands() []CommandStatus {
	db.commands.mu.Lock()
	defer db.commands.mu.Unlock()
	var out []CommandStatus
	for _, id := range slices.Sorted(maps.Keys(db.commands.byID)) {
		out = append(out, db.commands.byID[id])
	}
	return out
}

// AwaitCommand waits until the command with the sequence number of a Status was
// carried out, so that what it made can be used. It fails when ctx ends first.
func (db *DB) AwaitCommand(ctx context.Context, sequence int64) error {
	for {
		moved := db.commands.after(sequence)
		if moved == nil {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return fmt.Errorf("command %d was not carried out in time: %w", sequence, ctx.Err())
		}
	}
}
