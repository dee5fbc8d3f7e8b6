package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// kafkaSink is the least that a Kafka client can work with: it reads frames and
// answers. Produced records are forgotten, and what it hands out is one batch over
// and over, with its offset changed.
type kafkaSink struct {
	load     kafkaLoad
	listener net.Listener
	conns    sync.WaitGroup

	mu   sync.Mutex
	open []net.Conn
	ends []int64 // of partitions
}

func newKafkaSink(load kafkaLoad) (*kafkaSink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &kafkaSink{load: load, listener: l, ends: make([]int64, load.partitions)}
	s.conns.Go(s.accept) // Ends with the listener.
	return s, nil
}

func (s *kafkaSink) addr() string { return s.listener.Addr().String() }

func (s *kafkaSink) close() error {
	err := s.listener.Close()
	s.mu.Lock()
	for _, c := range s.open {
		err = errors.Join(err, c.Close())
	}
	s.open = nil
	s.mu.Unlock()
	s.conns.Wait()
	return err
}

func (s *kafkaSink) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.open = append(s.open, c)
		s.mu.Unlock()
		s.conns.Go(func() { _ = s.serve(c) }) // Ends with the connection, which the client or close ends.
	}
}

// sinkConn is the memory of a connection.
type sinkConn struct {
	*kafkaSink
	batch []byte
	count int64 // records in it
}

func (s *kafkaSink) serve(c net.Conn) error {
	var b log.BatchBuilder
	value := kafkaValue(s.load.size)
	for b.Size() < 900<<10 {
		b.Append(nil, value, nil, 1_700_000_000_000)
	}
	k := &sinkConn{kafkaSink: s, batch: b.Bytes(), count: int64(b.Len())}
	var frame []byte
	for {
		var head [4]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return err
		}
		size := int(binary.BigEndian.Uint32(head[:]))
		if cap(frame) < size {
			frame = make([]byte, size)
		}
		frame = frame[:size]
		if _, err := io.ReadFull(c, frame); err != nil {
			return err
		}
		out, err := k.answer(frame)
		if err != nil {
			return err
		}
		binary.BigEndian.PutUint32(out, uint32(len(out)-4))
		if _, err := c.Write(out); err != nil {
			return err
		}
	}
}

// sinkVersions are the APIs a client needs, with the newest version of each that
// the sink understands.
var sinkVersions = map[int16]int16{0: 11, 1: 11, 2: 6, 3: 9, 18: 3, 22: 4}

func (k *sinkConn) answer(frame []byte) ([]byte, error) {
	key, version := int16(binary.BigEndian.Uint16(frame)), int16(binary.BigEndian.Uint16(frame[2:]))
	body := frame[8:]
	if n := int16(binary.BigEndian.Uint16(body)); n > 0 {
		body = body[n:]
	}
	body = body[2:]
	req := kmsg.RequestForKey(key)
	if _, known := sinkVersions[key]; !known {
		return nil, fmt.Errorf("the sink does not know requests with key %d", key)
	}
	req.SetVersion(version)
	if req.IsFlexible() {
		body = body[1:]
	}
	if err := req.ReadFrom(body); err != nil {
		return nil, err
	}
	resp := req.ResponseKind()
	k.fill(req, resp)
	out := append(make([]byte, 4, 512), frame[4:8]...)
	if resp.IsFlexible() && key != 18 {
		out = append(out, 0)
	}
	return resp.AppendTo(out), nil
}

func (k *sinkConn) fill(req kmsg.Request, resp kmsg.Response) {
	switch req := req.(type) {
	case *kmsg.ApiVersionsRequest:
		for key, version := range sinkVersions {
			v := kmsg.NewApiVersionsResponseApiKey()
			v.ApiKey, v.MaxVersion = key, version
			if key == 1 {
				v.MinVersion = 4
			}
			resp.(*kmsg.ApiVersionsResponse).ApiKeys = append(resp.(*kmsg.ApiVersionsResponse).ApiKeys, v)
		}
	case *kmsg.MetadataRequest:
		k.metadata(resp.(*kmsg.MetadataResponse))
	case *kmsg.InitProducerIDRequest:
		resp.(*kmsg.InitProducerIDResponse).ProducerID = 1
	case *kmsg.ProduceRequest:
		k.produce(req, resp.(*kmsg.ProduceResponse))
	case *kmsg.FetchRequest:
		k.fetch(req, resp.(*kmsg.FetchResponse))
	case *kmsg.ListOffsetsRequest:
		k.listOffsets(req, resp.(*kmsg.ListOffsetsResponse))
	}
}

func (k *sinkConn) metadata(resp *kmsg.MetadataResponse) {
	addr := k.listener.Addr().(*net.TCPAddr)
	resp.Brokers = []kmsg.MetadataResponseBroker{{NodeID: 1, Host: addr.IP.String(), Port: int32(addr.Port)}}
	resp.ControllerID = 1
	name := kafkaTopic
	topic := kmsg.MetadataResponseTopic{Topic: &name}
	for p := range k.load.partitions {
		topic.Partitions = append(topic.Partitions, kmsg.MetadataResponseTopicPartition{Partition: int32(p), Leader: 1, Replicas: []int32{1}, ISR: []int32{1}})
	}
	resp.Topics = append(resp.Topics, topic)
}

func (k *sinkConn) produce(req *kmsg.ProduceRequest, resp *kmsg.ProduceResponse) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, t := range req.Topics {
		to := kmsg.ProduceResponseTopic{Topic: t.Topic}
		for _, p := range t.Partitions {
			to.Partitions = append(to.Partitions, kmsg.ProduceResponseTopicPartition{Partition: p.Partition, BaseOffset: k.ends[p.Partition], LogAppendTime: -1})
			k.ends[p.Partition] += int64(binary.BigEndian.Uint32(p.Records[57:])) // The number of records in the batch.
		}
		resp.Topics = append(resp.Topics, to)
	}
}

// fetch hands out a batch of every partition that is not at its end.
func (k *sinkConn) fetch(req *kmsg.FetchRequest, resp *kmsg.FetchResponse) {
	k.mu.Lock()
	defer k.mu.Unlock()
	sent := false
	for _, t := range req.Topics {
		to := kmsg.FetchResponseTopic{Topic: t.Topic}
		for _, p := range t.Partitions {
			part := kmsg.NewFetchResponseTopicPartition()
			part.Partition, part.HighWatermark, part.RecordBatches = p.Partition, k.ends[p.Partition]+k.count, []byte{}
			if p.FetchOffset < k.ends[p.Partition] && !sent {
				sent = true
				binary.BigEndian.PutUint64(k.batch, uint64(p.FetchOffset))
				part.RecordBatches = k.batch
			}
			to.Partitions = append(to.Partitions, part)
		}
		resp.Topics = append(resp.Topics, to)
	}
}

func (k *sinkConn) listOffsets(req *kmsg.ListOffsetsRequest, resp *kmsg.ListOffsetsResponse) {
	for _, t := range req.Topics {
		to := kmsg.ListOffsetsResponseTopic{Topic: t.Topic}
		for _, p := range t.Partitions {
			to.Partitions = append(to.Partitions, kmsg.ListOffsetsResponseTopicPartition{Partition: p.Partition, LeaderEpoch: -1})
		}
		resp.Topics = append(resp.Topics, to)
	}
}
