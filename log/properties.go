package log

import (
	"context"
	"strings"
	"sync"
)

// Property is a small fact that a server keeps in the log: members of a group, a credential, an access rule. The log knows
// nothing about it but its key. A nil value deletes it.
type Property struct {
	Key   string
	Value []byte
}

// properties is the published properties.
type properties struct {
	mu    sync.RWMutex
	byKey map[string][]byte
}

func (ps *properties) set(key string, value []byte) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	if value == nil {
		delete(ps.byKey, key)
		return
	}
	if ps.byKey == nil {
		ps.byKey = map[string][]byte{}
	}
	ps.byKey[key] = value
}

func (ps *properties) encode(b []byte) []byte {
	ps.mu.RLock()
	defer ps.mu.RUnlock()
	b = appendUvarints(b, uint64(len(ps.byKey)))
	for _, k := range sortedKeys(ps.byKey) {
		b = appendString(append(appendString(b, k), 1), string(ps.byKey[k]))
	}
	return b
}

// planProperties adds properties to a planned group, copied.
func (l *Log) planProperties(pd *pending, ps []Property) {
	if len(ps) == 0 {
		return
	}
	copies := make([]Property, len(ps))
	for i, p := range ps {
		copies[i] = Property{Key: p.Key}
		if p.Value != nil {
			copies[i].Value = append([]byte{}, p.Value...)
		}
		pd.extra = appendProperty(pd.extra, &copies[i])
	}
	pd.apply = func() {
		for i := range copies {
			l.props.set(copies[i].Key, copies[i].Value)
		}
	}
}

func appendProperty(dst []byte, p *Property) []byte {
	dst = appendString(append(dst, entryProperty), p.Key)
	if p.Value == nil {
		return append(dst, 0)
	}
	return appendString(append(dst, 1), string(p.Value))
}

func (r *fieldReader) property() Property {
	p := Property{Key: r.string()}
	if r.uvarint() == 1 {
		p.Value = append([]byte{}, r.bytes(r.uvarint())...)
	}
	return p
}

// SetProperties changes properties, durable on return, all together.
func (l *Log) SetProperties(ctx context.Context, ps ...Property) error {
	pd, err := l.plan(&Group{Properties: ps})
	if err != nil {
		return err
	}
	return l.commitAndWait(ctx, pd, nil)
}

// Property returns the value of a property, which must not be changed, or false if there is none.
func (l *Log) Property(key string) ([]byte, bool) {
	l.props.mu.RLock()
	defer l.props.mu.RUnlock()
	v, ok := l.props.byKey[key]
	return v, ok
}

// Properties returns the properties whose keys begin with a prefix, sorted. Their values must not be changed.
func (l *Log) Properties(prefix string) []Property {
	l.props.mu.RLock()
	defer l.props.mu.RUnlock()
	var all []Property
	for _, k := range sortedKeys(l.props.byKey) {
		if strings.HasPrefix(k, prefix) {
			all = append(all, Property{k, l.props.byKey[k]})
		}
	}
	return all
}
