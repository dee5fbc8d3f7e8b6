package broker

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// waitUntil waits for a condition that nothing announces. Looking again after a
// moment of sleep keeps the processor for what is waited for; a test never passes
// because of it.
func waitUntil(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("still waiting until %s", what)
		}
	}
}

// Peers that claim large frames and send little of them cost little, and keep nobody from working.
func TestHalfFramesCostWhatWasSent(t *testing.T) {
	b := startBroker(t, Options{FrameMemory: 1 << 20})
	b.createTopic("t", 1)
	for range 50 {
		b.dial().send(append(frameBytes(100<<20, 0, 0, 0, 9, 0, 0, 0, 1), make([]byte, 1000)...))
	}
	p := b.dial()
	if got := p.produce("t", 0, batch(1, string(make([]byte, 300<<10))), 9); got.ErrorCode != 0 {
		t.Fatalf("%+v", got)
	}
	if used := b.Stats().FrameBytes; used > 1<<20 {
		t.Fatalf("%d bytes of memory for 50 KB", used)
	}
}

func TestStalledFrameIsCutOff(t *testing.T) {
	b := startTuned(t, Options{}, func(b *Broker) { b.deadlines.frame = 20 * time.Millisecond })
	for _, sent := range []int{0, 1000, 200 << 10} {
		p := b.dial()
		p.send(append(frameBytes(1<<20, 0, 0, 0, 9, 0, 0, 0, 1), make([]byte, sent)...))
		p.wantClosed()
	}
	waitUntil(t, "the memory is back", func() bool { return b.Stats().FrameBytes == 0 })
}

func TestIdleConnectionIsClosedButNotAWaitingOne(t *testing.T) {
	b := startTuned(t, Options{}, func(b *Broker) { b.deadlines.idle = 50 * time.Millisecond })
	b.createTopic("t", 1)
	waiting := b.dial()
	req := fetchRequest("t", 0, 300*time.Millisecond, 1)
	waiting.request(req, 11)
	b.dial().wantClosed()
	waiting.answer(req)
	waiting.wantClosed()
}

// Above the limit of memory large frames are read one after the other, and all of them are.
func TestFramesBeyondTheMemoryTakeTurns(t *testing.T) {
	b := startBroker(t, Options{FrameMemory: 1})
	b.createTopic("t", 1)
	var wg sync.WaitGroup
	for range 20 {
		p := b.dial()
		wg.Go(func() {
			for range 5 {
				if got := p.produce("t", 0, batch(1, string(make([]byte, 200<<10))), 9); got.ErrorCode != 0 {
					t.Errorf("%+v", got)
				}
			}
		})
	}
	wg.Wait()
	waitUntil(t, "the memory is back", func() bool { return b.Stats().FrameBytes == 0 })
	if marks, err := b.log.Watermarks("t", 0); err != nil || marks.High != 100 {
		t.Fatalf("%+v, %v", marks, err)
	}
}

func TestFrameAboveTheLimitIsRefused(t *testing.T) {
	b := startBroker(t, Options{MaxFrameBytes: 1 << 20})
	p := b.dial()
	p.send(frameBytes(1<<20+1, 0, 0, 0, 9, 0, 0, 0, 1))
	p.wantClosed()
}

// A peer that does not take its answer holds a copy of the rest, not the log's memory, and not for ever.
func TestSlowReaderIsDetachedAndCutOff(t *testing.T) {
	b := startTuned(t, Options{}, func(b *Broker) {
		b.deadlines.detach, b.deadlines.write = 10*time.Millisecond, time.Second
	})
	b.createTopic("t", 1, "max.message.bytes", "10000000")
	value := make([]byte, 900<<10)
	for range 12 {
		b.append("t", 0, batch(1, string(value)))
	}
	req := fetchRequest("t", 0, 0, 1)
	req.Topics[0].Partitions[0].PartitionMaxBytes = 50 << 20

	slow := b.dial()
	slow.Conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	slow.request(req, 11)
	waitUntil(t, "the answer is under way", func() bool { return b.Stats().Detached == 1 })
	resp := slow.answer(req).(*kmsg.FetchResponse)
	records := resp.Topics[0].Partitions[0].RecordBatches
	for n := 0; len(records) > 0; n++ {
		h, err := log.CheckBatch(records)
		if err != nil || h.BaseOffset != int64(n) {
			t.Fatalf("batch %d: %+v, %v", n, h, err)
		}
		records = records[h.Bytes:]
	}

	dead := b.dial()
	dead.Conn.(*net.TCPConn).SetReadBuffer(64 << 10)
	dead.request(req, 11)
	waitUntil(t, "the answer is under way", func() bool { return b.Stats().Detached == 2 })
	waitUntil(t, "the peer is cut off", func() bool { return b.Stats().Conns == 1 })
	if used := b.Stats().FetchBytes; used != 0 {
		t.Fatalf("%d bytes are still taken", used)
	}
}

func TestThousandConnections(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	const n = 1000
	before := memory()
	peers := make([]*peer, n)
	for i := range peers {
		peers[i] = b.dial()
		ask[*kmsg.ApiVersionsResponse](peers[i], kmsg.NewPtrApiVersionsRequest(), 0)
	}
	each := (memory() - before) / n // of both ends
	t.Logf("%d bytes for each connection", each)
	if each > 64<<10 {
		t.Errorf("%d bytes for each idle connection", each)
	}
	req := fetchRequest("t", 0, time.Minute, 1)
	for _, p := range peers {
		p.request(req, 11)
	}
	b.waitForWatchers(n)
	one := batch(1, "a")
	b.append("t", 0, one)
	for _, p := range peers {
		if got := partitions(p.answer(req).(*kmsg.FetchResponse)); got["t-0"] != fmt.Sprint(len(one)) {
			t.Fatal(got)
		}
	}
}

func memory() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// Three hostile peers and a client at work.
func TestHostilePeersDoNotDisturb(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("t", 1)
	done := make(chan struct{})
	var wg sync.WaitGroup
	hostile := func(bytes []byte) {
		wg.Go(func() {
			for {
				c, err := net.Dial("tcp", b.addr)
				if err != nil {
					t.Error(err)
					return
				}
				c.Write(bytes)
				select {
				case <-done:
					c.Close()
					return
				default:
				}
				c.SetReadDeadline(time.Now().Add(time.Millisecond))
				io.Copy(io.Discard, c)
				c.Close()
			}
		})
	}
	hostile(frameBytes(1<<31-1, 0, 0, 0, 9))
	hostile(append(frameBytes(90<<20, 0, 0, 0, 9, 0, 0, 0, 1), make([]byte, 100<<10)...))
	hostile([]byte("\x00\x00\x00\x20\x00\x03\x00\x0cgarbage garbage garbage garbage garbage"))
	p := b.dial()
	for i := range 200 {
		if got := p.produce("t", 0, batch(1, "a"), 9); got.ErrorCode != 0 || got.BaseOffset != int64(i) {
			t.Fatalf("%+v", got)
		}
	}
	close(done)
	wg.Wait()
}
