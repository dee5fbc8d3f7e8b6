package broker

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/leatdb/leat/log"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// Produce: 0-13.
//
//   - 0-2 are advertised because librdkafka before 2.11.1 takes their absence for a broker that knows no compression. They carry record
//     formats from before version 2, which are not taken: UNSUPPORTED_FOR_MESSAGE_FORMAT.
//   - 3: one record batch of version 2 per partition. The log checks it and stores it as it came, compression included; see
//     log.Log.Append. A partition that is refused does not keep the others back.
//   - 5: the start of the partition is told. 7: zstd may be used. 8: errors come with a text. 11: a batch of a transaction that its
//     partition has not joined is TRANSACTION_ABORTABLE, before it is INVALID_TXN_STATE.
//   - 12: transaction version 2. A partition joins the transaction by being written to. 13: topics by id.
//   - acks 1 is served as acks all: there is one replica, and what is acknowledged shall be safe. With acks 0 nothing is answered, and an
//     error ends the connection, which makes the client ask for metadata again.
//   - Requests are pipelined: one begins while others of the connection wait for the disk.
func (b *Broker) produce(ctx context.Context, c *call, req *kmsg.ProduceRequest) (kmsg.Response, error) {
	p := produced{b: b, call: c, req: req, resp: req.ResponseKind().(*kmsg.ProduceResponse)}
	acked := make(chan error, 1)
	p.appendAll(ctx, func(err error) { acked <- err })
	if req.Acks == 0 {
		if err := p.firstErr(); err != nil {
			return nil, err
		}
		return &later{wait: func(context.Context) (kmsg.Response, error) { return nil, nil }}, nil
	}
	return &later{wait: func(ctx context.Context) (kmsg.Response, error) {
		select {
		case err := <-acked:
			p.finish(err)
			return p.resp, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}}, nil
}

// produced is a produce request on its way.
type produced struct {
	b       *Broker
	call    *call
	req     *kmsg.ProduceRequest
	resp    *kmsg.ProduceResponse
	writes  []log.Write
	answers []*kmsg.ProduceResponseTopicPartition // of writes
	refused error                                 // the first
}

// appendAll hands everything that looks right to the log, and answers the rest.
func (p *produced) appendAll(ctx context.Context, done func(error)) {
	p.resp.Topics = make([]kmsg.ProduceResponseTopic, len(p.req.Topics))
	for i := range p.req.Topics {
		from, to := &p.req.Topics[i], &p.resp.Topics[i]
		to.Default()
		to.Topic, to.TopicID = from.Topic, from.TopicID
		to.Partitions = make([]kmsg.ProduceResponseTopicPartition, len(from.Partitions))
		t, unknown := p.topic(from)
		for j := range from.Partitions {
			part, answer := &from.Partitions[j], &to.Partitions[j]
			answer.Default()
			answer.Partition, answer.BaseOffset, answer.LogStartOffset = part.Partition, -1, -1
			err := cmp.Or(unknown, p.check(part.Records))
			if err == nil {
				p.writes = append(p.writes, log.Write{Topic: t.Name, Partition: part.Partition, Batch: part.Records})
				p.answers = append(p.answers, answer)
			}
			p.refuse(answer, err)
		}
	}
	if len(p.writes) == 0 {
		done(nil)
		return
	}
	var o log.AppendOptions
	if p.req.TransactionID != nil {
		o.TransactionalID, o.Join = *p.req.TransactionID, p.req.Version >= 12
	}
	for i, r := range p.b.log.Append(ctx, p.writes, o, done) {
		p.answers[i].BaseOffset, p.answers[i].LogAppendTime, p.answers[i].LogStartOffset = r.Base, r.Time, r.Start
		if errors.Is(r.Err, log.ErrUnknownTopic) {
			p.answers[i].LogStartOffset = -1
		}
		p.refuse(p.answers[i], txnError(r.Err, p.req.Version, never, 11))
	}
	p.writes = nil // which alias the frame
}

// topic finds the topic that is written to, and whether it may be.
func (p *produced) topic(from *kmsg.ProduceRequestTopic) (t log.TopicInfo, err error) {
	known := true
	if p.req.Version >= 13 {
		t, err = p.b.topicByID(from.TopicID)
	} else if t, known = p.b.log.Topic(from.Topic); !known {
		err = kerr.UnknownTopicOrPartition
	}
	name := from.Topic
	if p.req.Version >= 13 {
		name = t.Name
	}
	refused := p.call.mayTransaction(kmsg.ACLOperationWrite, p.req.TransactionID)
	if refused == nil && (name != "" || p.req.Version < 13) {
		refused = p.call.mayTopic(kmsg.ACLOperationWrite, name)
	}
	if refused != nil {
		return t, refused
	}
	if err == nil && t.Config.Internal {
		err = fmt.Errorf("%w: %s is written by leat itself", kerr.InvalidTopicException, t.Name)
	}
	return t, err
}

// Positions in a record batch, and its codec for zstd.
const (
	batchLength     = 8
	batchLengthFrom = 12
	batchMagic      = 16
	batchAttributes = 21
	batchHeadBytes  = 61
	codecZstd       = 4 // the last there is
)

// check finds what the log does not look at, because it is a matter of the protocol.
func (p *produced) check(batch []byte) error {
	switch {
	case p.req.Acks < -1 || p.req.Acks > 1:
		return kerr.InvalidRequiredAcks
	case p.req.Version < 3 || len(batch) > batchMagic && batch[batchMagic] < 2:
		return fmt.Errorf("%w: records must be in format version 2, which Produce has from version 3 on", kerr.UnsupportedForMessageFormat)
	case len(batch) == 0:
		return fmt.Errorf("%w: there is no record batch", kerr.InvalidRecord)
	case len(batch) < batchHeadBytes:
		return fmt.Errorf("%w: %d bytes are no record batch", kerr.CorruptMessage, len(batch))
	case int64(len(batch)) > int64(binary.BigEndian.Uint32(batch[batchLength:]))+batchLengthFrom:
		return fmt.Errorf("%w: a partition must have one record batch", kerr.InvalidRecord)
	case batch[batchAttributes+1]&7 > codecZstd:
		return fmt.Errorf("%w: compression %d", kerr.UnsupportedCompressionType, batch[batchAttributes+1]&7)
	case batch[batchAttributes+1]&7 == codecZstd && p.req.Version < 7:
		return fmt.Errorf("%w: zstd needs Produce version 7", kerr.UnsupportedCompressionType)
	}
	return nil
}

func (p *produced) refuse(answer *kmsg.ProduceResponseTopicPartition, err error) {
	if err == nil {
		return
	}
	answer.BaseOffset, answer.LogAppendTime = -1, -1
	answer.ErrorCode, answer.ErrorMessage = codeOf(err), textOf(err)
	if p.refused == nil {
		p.refused = err
	}
}

// firstErr is an error that an acks 0 producer learns about by the end of its connection.
func (p *produced) firstErr() error {
	if p.refused == nil {
		return nil
	}
	return fmt.Errorf("a record that nobody waits for was refused: %w", p.refused)
}

// finish completes the answer when the log has acknowledged, or failed.
func (p *produced) finish(err error) {
	if err == nil {
		return
	}
	for _, a := range p.answers {
		if a.ErrorCode == 0 {
			p.refuse(a, err)
		}
	}
}
