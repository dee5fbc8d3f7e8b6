package clienttest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/IBM/sarama"
)

// saramaCopier is the handler of a group whose offsets go with the transactions of one producer.
type saramaCopier struct {
	to, group string
	p         sarama.SyncProducer

	mu  sync.Mutex // one transaction at a time
	n   int
	err error
}

func (a saramaClient) copyExactlyOnce(ctx context.Context, s *server, from, to, group, id string) error {
	p, err := sarama.NewSyncProducer([]string{s.addr}, a.transactional(id))
	if err != nil {
		return err
	}
	defer p.Close()
	c := a.config()
	c.Consumer.IsolationLevel = sarama.ReadCommitted
	c.Consumer.Offsets.AutoCommit.Enable = false
	g, err := sarama.NewConsumerGroup([]string{s.addr}, group, c)
	if err != nil {
		return err
	}
	defer g.Close()
	h := &saramaCopier{to: to, group: group, p: p}
	for ctx.Err() == nil && h.err == nil {
		if err := g.Consume(ctx, []string{from}, h); err != nil && ctx.Err() == nil {
			return fmt.Errorf("consume: %w", err)
		}
	}
	return h.err
}

func (*saramaCopier) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (*saramaCopier) Cleanup(sarama.ConsumerGroupSession) error { return nil }

func (h *saramaCopier) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		batch := nextBatch(session.Context(), claim)
		if batch == nil {
			return nil
		}
		if err := h.copy(session, batch); err != nil {
			return err // Ends the session; the next one begins behind what is committed.
		}
	}
}

// nextBatch is what there is, at least one message, at most 50; nil when the session ends.
func nextBatch(ctx context.Context, claim sarama.ConsumerGroupClaim) (batch []*sarama.ConsumerMessage) {
	select {
	case m, ok := <-claim.Messages():
		if !ok {
			return nil
		}
		batch = append(batch, m)
	case <-ctx.Done():
		return nil
	}
	for len(batch) < 50 {
		select {
		case m, ok := <-claim.Messages():
			if !ok {
				return batch
			}
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}

// copy copies a batch, after a transaction that is aborted if it is the third.
func (h *saramaCopier) copy(session sarama.ConsumerGroupSession, batch []*sarama.ConsumerMessage) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.err != nil {
		return h.err
	}
	if h.n++; h.n%3 == 0 {
		if h.err = errors.Join(h.write(session, batch), h.p.AbortTxn()); h.err != nil {
			return h.err
		}
	}
	if h.err = h.write(session, batch); h.err == nil {
		h.err = h.p.CommitTxn()
	}
	return h.err
}

// write writes a batch and the offsets behind it into a new transaction.
func (h *saramaCopier) write(session sarama.ConsumerGroupSession, batch []*sarama.ConsumerMessage) error {
	if err := h.p.BeginTxn(); err != nil {
		return err
	}
	var out []*sarama.ProducerMessage
	for _, m := range batch {
		out = append(out, &sarama.ProducerMessage{Topic: h.to, Key: sarama.ByteEncoder(m.Key), Value: sarama.ByteEncoder(m.Value)})
	}
	if err := h.p.SendMessages(out); err != nil {
		return err
	}
	last := batch[len(batch)-1]
	return h.p.AddMessageToTxnWithGroupMetadata(last, &sarama.ConsumerGroupMetadata{GroupID: h.group, GenerationID: session.GenerationID(),
		MemberID: session.MemberID()}, nil)
}
