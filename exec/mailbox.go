package exec

import (
	"sync"
	"sync/atomic"
)

// mailbox holds the pull queries a task is to answer. Others put them in; the
// worker that has the task answers them, when all it has done is durable.
type mailbox struct {
	any  atomic.Bool // There is something in it.
	mu   sync.Mutex
	list []*pullPart
	shut error // Why nothing more is taken.
}

// put adds a request. It returns why it cannot be answered, or nil.
func (m *mailbox) put(p *pullPart) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shut != nil {
		return m.shut
	}
	m.list = append(m.list, p)
	m.any.Store(true)
	return nil
}

// answer works on all requests a page each and tells whether there is more to
// do for one that does not wait for its client.
func (m *mailbox) answer() (more bool) {
	m.mu.Lock()
	list := m.list
	m.list = nil
	m.mu.Unlock()
	var kept []*pullPart
	for _, p := range list {
		switch p.step() {
		case pullMore:
			more = true
			kept = append(kept, p)
		case pullWaits:
			kept = append(kept, p)
		}
	}
	m.mu.Lock()
	m.list = append(kept, m.list...)
	m.any.Store(len(m.list) > 0)
	m.mu.Unlock()
	return more
}

// refuse ends all requests with an error; a task that has ended takes no more.
func (m *mailbox) refuse(err error) {
	m.mu.Lock()
	list := m.list
	m.list = nil
	m.any.Store(false)
	if err == ErrClosed {
		m.shut = err
	}
	m.mu.Unlock()
	for _, p := range list {
		p.results.fail(err)
	}
}
