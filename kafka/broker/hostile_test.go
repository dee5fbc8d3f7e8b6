package broker

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// peer speaks the protocol byte by byte.
type peer struct {
	t testing.TB
	net.Conn
}

func (b *testBroker) dial() *peer {
	b.t.Helper()
	c, err := net.Dial("tcp", b.addr)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return &peer{b.t, c}
}

func (p *peer) send(b []byte) {
	p.t.Helper()
	if _, err := p.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// request sends a request without waiting for an answer.
func (p *peer) request(req kmsg.Request, version int16) {
	p.t.Helper()
	req.SetVersion(version)
	p.send(kmsg.NewRequestFormatter(kmsg.FormatterClientID("test")).AppendRequest(nil, req, 7))
}

// frame reads an answer, correlation id first.
func (p *peer) frame() []byte {
	p.t.Helper()
	var head [4]byte
	if _, err := io.ReadFull(p, head[:]); err != nil {
		p.t.Fatal(err)
	}
	body := make([]byte, binary.BigEndian.Uint32(head[:]))
	if _, err := io.ReadFull(p, body); err != nil {
		p.t.Fatal(err)
	}
	return body
}

// answer reads the answer to a request.
func (p *peer) answer(req kmsg.Request) kmsg.Response {
	p.t.Helper()
	body := p.frame()
	if got := binary.BigEndian.Uint32(body); got != 7 {
		p.t.Fatalf("correlation id %d, want 7", got)
	}
	resp := req.ResponseKind()
	body = body[4:]
	if resp.IsFlexible() && resp.Key() != apiVersionsKey {
		body = body[1:]
	}
	if err := resp.ReadFrom(body); err != nil {
		p.t.Fatal(err)
	}
	return resp
}

// ask sends a request and reads the answer.
func ask[R kmsg.Response](p *peer, req interface {
	kmsg.Request
	ResponseKind() kmsg.Response
}, version int16) R {
	p.t.Helper()
	p.request(req, version)
	return p.answer(req).(R)
}

// wantClosed waits for the other side to close the connection.
func (p *peer) wantClosed() {
	p.t.Helper()
	n, err := p.Read(make([]byte, 1))
	var timeout net.Error
	if n > 0 || errors.As(err, &timeout) && timeout.Timeout() {
		p.t.Fatalf("the connection is open: %d bytes, %v", n, err)
	}
}

func frameBytes(size int32, rest ...byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(size)), rest...)
}

func TestBrokenFramesEndOnlyTheirConnection(t *testing.T) {
	b := startBroker(t, Options{})
	bystander := b.dial()
	ask[*kmsg.ApiVersionsResponse](bystander, kmsg.NewPtrApiVersionsRequest(), 0)
	for name, bytes := range map[string][]byte{
		"negative size":        frameBytes(-1, 0, 3, 0, 0),
		"size below a header":  frameBytes(7, 0, 3, 0, 0),
		"huge size":            frameBytes(1<<31-1, 0, 3, 0, 0),
		"large metadata":       frameBytes(maxPlainFrame+1, 0, 3, 0, 0),
		"unknown key":          frameBytes(8, 0x7f, 0xff, 0, 0, 0, 0, 0, 1),
		"negative key":         frameBytes(8, 0xff, 0xff, 0, 0, 0, 0, 0, 1),
		"unknown version":      frameBytes(10, 0, 3, 0x7f, 0, 0, 0, 0, 1, 0xff, 0xff),
		"negative version":     frameBytes(10, 0, 3, 0xff, 0xff, 0, 0, 0, 1, 0xff, 0xff),
		"client id too long":   frameBytes(10, 0, 3, 0, 0, 0, 0, 0, 1, 0x7f, 0xff),
		"endless tags":         frameBytes(14, 0, 3, 0, 12, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
		"array longer than it": frameBytes(14, 0, 3, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff),
		"http":                 []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		"tls":                  {0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3},
	} {
		t.Run(name, func(t *testing.T) {
			p := b.dial()
			p.t = t
			p.send(bytes)
			p.wantClosed()
		})
	}
	ask[*kmsg.MetadataResponse](bystander, kmsg.NewPtrMetadataRequest(), 12)
}

func TestUnknownApiVersionsVersionGetsVersionZero(t *testing.T) {
	b := startBroker(t, Options{})
	p := b.dial()
	// Version 99 with a body nobody knows.
	p.send(frameBytes(16, 0, 18, 0, 99, 0, 0, 0, 7, 0, 1, 'c', 0xff, 0xff, 0xff, 0xff, 0xff))
	req := kmsg.NewPtrApiVersionsRequest()
	resp := p.answer(req).(*kmsg.ApiVersionsResponse)
	if resp.ErrorCode != kerr.UnsupportedVersion.Code || len(resp.ApiKeys) != 1 || resp.ApiKeys[0].ApiKey != 18 {
		t.Fatalf("%+v", resp)
	}
	// The connection goes on.
	req.ClientSoftwareName, req.ClientSoftwareVersion = "leat", "1.0"
	resp = ask[*kmsg.ApiVersionsResponse](p, req, resp.ApiKeys[0].MaxVersion)
	if resp.ErrorCode != 0 || len(resp.ApiKeys) < 2 {
		t.Fatalf("%+v", resp)
	}
	req.ClientSoftwareName = "-no-"
	if resp = ask[*kmsg.ApiVersionsResponse](p, req, 3); resp.ErrorCode != kerr.InvalidRequest.Code {
		t.Fatalf("%+v", resp)
	}
}

// The response header of ApiVersions has no tags in any version: one byte more makes clients misread everything.
func TestApiVersionsHeaderHasNoTags(t *testing.T) {
	b := startBroker(t, Options{})
	p := b.dial()
	req := kmsg.NewPtrApiVersionsRequest()
	req.ClientSoftwareName, req.ClientSoftwareVersion = "leat", "1.0"
	p.request(req, 3)
	if got := p.frame()[4:6]; got[0] != 0 || got[1] != 0 {
		t.Fatalf("behind the correlation id come %x, want the error code 0", got)
	}
}

func TestConnectionsBeyondTheLimitAreClosed(t *testing.T) {
	b := startBroker(t, Options{MaxConns: 2})
	first, second := b.dial(), b.dial()
	ask[*kmsg.ApiVersionsResponse](first, kmsg.NewPtrApiVersionsRequest(), 0)
	ask[*kmsg.ApiVersionsResponse](second, kmsg.NewPtrApiVersionsRequest(), 0)
	b.dial().wantClosed()
	ask[*kmsg.ApiVersionsResponse](first, kmsg.NewPtrApiVersionsRequest(), 0)
}

func TestServeRefusesAdvertisedNonsense(t *testing.T) {
	for _, addr := range []string{"localhost", ":9092", "localhost:0", "localhost:http", "localhost:70000"} {
		if _, err := New(nil, Options{Advertise: addr}); err == nil || !strings.Contains(err.Error(), "host:port") {
			t.Errorf("%q: %v", addr, err)
		}
	}
}
