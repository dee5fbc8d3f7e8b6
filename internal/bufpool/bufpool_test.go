package bufpool

import "testing"

func TestSizes(t *testing.T) {
	p := New(16, 3) // 16, 32, 64
	for n, want := range map[int]int{0: 16, 1: 16, 16: 16, 17: 32, 33: 64, 64: 64, 65: 65, 1000: 1000} {
		b := p.Get(n)
		if len(*b) != want {
			t.Errorf("Get(%d) has %d bytes, want %d", n, len(*b), want)
		}
		p.Put(b)
		if again := p.Get(n); len(*again) != want {
			t.Errorf("Get(%d) after Put has %d bytes, want %d", n, len(*again), want)
		}
	}
}
