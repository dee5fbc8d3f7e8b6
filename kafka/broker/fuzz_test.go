package broker

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"reflect"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// fuzzBroker serves connections that are handed to it. Panics fail the test through its logger.
func fuzzBroker(t testing.TB) *testBroker {
	b := startBroker(t, Options{})
	b.createTopic("t", 2)
	b.append("t", 0, batch(1, "a"))
	return b
}

// talk sends bytes to a broker and closes the connection once they are taken, or the other side has closed it.
func (b *testBroker) talk(bytes []byte) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	here, there := net.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		b.serveConn(ctx, there, endpoint{"localhost", 9092})
	}()
	read := make(chan struct{})
	go func() {
		defer close(read)
		io.Copy(io.Discard, here)
	}()
	here.SetWriteDeadline(time.Now().Add(time.Second))
	here.Write(bytes)
	here.Close()
	<-served
	<-read
}

// FuzzConnection sends any bytes.
func FuzzConnection(f *testing.F) {
	for _, req := range seedRequests() {
		f.Add(req)
	}
	f.Add(append(seedRequests()[0], seedRequests()[1]...))
	b := fuzzBroker(f)
	f.Fuzz(func(t *testing.T, bytes []byte) { b.talk(bytes) })
}

// FuzzRequest sends one whole frame with any body for any key and version, so that bodies get to the handlers.
func FuzzRequest(f *testing.F) {
	for _, req := range seedRequests() {
		be := binary.BigEndian
		f.Add(int16(be.Uint16(req[4:])), int16(be.Uint16(req[6:])), req[12:])
	}
	b := fuzzBroker(f)
	f.Fuzz(func(t *testing.T, key, version int16, body []byte) {
		be := binary.BigEndian
		frame := be.AppendUint32(nil, uint32(8+len(body)))
		frame = be.AppendUint16(frame, uint16(key))
		frame = be.AppendUint16(frame, uint16(version))
		frame = append(be.AppendUint32(frame, 7), body...)
		b.talk(frame)
	})
}

// FuzzDecode decodes requests of every key and version without running them, and encodes what was understood again.
func FuzzDecode(f *testing.F) {
	for _, req := range seedRequests() {
		f.Add(req[4:])
	}
	apis := served()
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := apis.decode(&frame{buf: payload})
		if err != nil || c.tooNew {
			return
		}
		again := c.api.fresh()
		again.SetVersion(c.version)
		if err := again.ReadFrom(c.req.AppendTo(nil)); err != nil {
			t.Fatalf("%s version %d does not survive encoding: %v", c.api.name, c.version, err)
		}
	})
}

// seedRequests are plausible requests of every key in every version.
func seedRequests() [][]byte {
	var all [][]byte
	apis := served()
	for _, a := range apis {
		if a == nil {
			continue
		}
		for v := a.min; v <= a.max; v++ {
			for _, req := range []kmsg.Request{a.fresh(), filled(a)} {
				req.SetVersion(v)
				all = append(all, kmsg.NewRequestFormatter(kmsg.FormatterClientID("fuzz")).AppendRequest(nil, req, 7))
			}
		}
	}
	return all
}

// filled is a request with something in it: for some that goes all the way, for the others one of everything.
func filled(a *api) kmsg.Request {
	switch a.key {
	case 0:
		return produceRequest("t", 0, batch(1, "a", "b"))
	case 1:
		req := fetchRequest("t", 0, time.Minute, 1<<20)
		req.SessionEpoch = 0
		return req
	case 2:
		req := kmsg.NewPtrListOffsetsRequest()
		req.Topics = []kmsg.ListOffsetsRequestTopic{{Topic: "t", Partitions: []kmsg.ListOffsetsRequestTopicPartition{{Timestamp: -1}}}}
		return req
	case 3:
		req := kmsg.NewPtrMetadataRequest()
		name := "t"
		req.Topics = []kmsg.MetadataRequestTopic{{Topic: &name}}
		return req
	case 19:
		req := kmsg.NewPtrCreateTopicsRequest()
		req.ValidateOnly = true
		req.Topics = []kmsg.CreateTopicsRequestTopic{assigned(topicRequest("u", -1, -1, "retention.ms", "1"), []int32{1})}
		return req
	case 20:
		req := kmsg.NewPtrDeleteTopicsRequest()
		req.TopicNames = []string{"u"}
		return req
	case 22:
		req := kmsg.NewPtrInitProducerIDRequest()
		id := "x"
		req.TransactionalID, req.TransactionTimeoutMillis = &id, 1000
		return req
	case 33:
		req := kmsg.NewPtrAlterConfigsRequest()
		value := "1"
		req.Resources = []kmsg.AlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: "t",
			Configs: []kmsg.AlterConfigsRequestResourceConfig{{Name: "retention.ms", Value: &value}}}}
		return req
	case 44:
		req := kmsg.NewPtrIncrementalAlterConfigsRequest()
		value := "compact"
		req.Resources = []kmsg.IncrementalAlterConfigsRequestResource{{ResourceType: kmsg.ConfigResourceTypeTopic, ResourceName: "t",
			Configs: []kmsg.IncrementalAlterConfigsRequestResourceConfig{{Name: "cleanup.policy", Op: kmsg.IncrementalAlterConfigOpAppend, Value: &value}}}}
		return req
	}
	req := a.fresh()
	oneOfEverything(reflect.ValueOf(req).Elem())
	return req
}

// oneOfEverything gives every field of a message a value, and every array one element.
func oneOfEverything(v reflect.Value) {
	if _, ok := v.Addr().Interface().(*kmsg.Tags); ok {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			oneOfEverything(v.Field(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		oneOfEverything(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		oneOfEverything(v.Elem())
	case reflect.String:
		v.SetString("t")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8:
		v.SetUint(1)
	}
}
