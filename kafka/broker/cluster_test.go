package broker

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/leatdb/leat/internal/vfs"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestDescribeLogDirs(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 2)
	b.createTopic("b", 1)
	records := batch(1, "v")
	b.append("a", 1, records, records)
	p := b.dial()
	sizes := func(dir kmsg.DescribeLogDirsResponseDir) map[string]int64 {
		all := map[string]int64{}
		for _, t := range dir.Topics {
			for _, p := range t.Partitions {
				all[t.Topic+string(rune('0'+p.Partition))] = p.Size
			}
		}
		return all
	}
	req := kmsg.NewPtrDescribeLogDirsRequest()
	for version := range int16(5) {
		dirs := ask[*kmsg.DescribeLogDirsResponse](p, req, version).Dirs
		if len(dirs) != 1 || dirs[0].ErrorCode != 0 || !filepath.IsAbs(dirs[0].Dir) {
			t.Fatalf("version %d: %+v", version, dirs)
		}
		if got := sizes(dirs[0]); len(got) != 3 || got["a0"] != 0 || got["b0"] != 0 || got["a1"] != 2*int64(len(records)) {
			t.Errorf("version %d: %v", version, got)
		}
	}
	req.Topics = []kmsg.DescribeLogDirsRequestTopic{{Topic: "a", Partitions: []int32{1, 2}}, {Topic: "none", Partitions: []int32{0}}}
	if got := sizes(ask[*kmsg.DescribeLogDirsResponse](p, req, 4).Dirs[0]); len(got) != 1 || got["a1"] != 2*int64(len(records)) {
		t.Errorf("named: %v", got)
	}
	b.failing = true
	b.fs.SetHook(vfs.FailNth(vfs.OpSync, 1, errors.New("the disk is gone")))
	p.produce("a", 0, records, 9)
	if got := ask[*kmsg.DescribeLogDirsResponse](p, req, 4).Dirs[0]; got.ErrorCode != kerr.KafkaStorageError.Code {
		t.Errorf("after a failed write: %+v", got)
	}
}

func TestElectLeaders(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 2)
	p := b.dial()
	req := kmsg.NewPtrElectLeadersRequest()
	if resp := ask[*kmsg.ElectLeadersResponse](p, req, 2); resp.ErrorCode != 0 || len(resp.Topics) != 0 {
		t.Errorf("all: %+v", resp)
	}
	req.Topics = []kmsg.ElectLeadersRequestTopic{{Topic: "a", Partitions: []int32{1, 2}}, {Topic: "none", Partitions: []int32{0}}}
	for version := range int16(3) {
		resp := ask[*kmsg.ElectLeadersResponse](p, req, version)
		a, none := resp.Topics[0].Partitions, resp.Topics[1].Partitions
		if a[0].ErrorCode != kerr.ElectionNotNeeded.Code || a[1].ErrorCode != kerr.UnknownTopicOrPartition.Code || none[0].ErrorCode != kerr.UnknownTopicOrPartition.Code {
			t.Errorf("version %d: %+v", version, resp)
		}
	}
	req.ElectionType = 5
	if resp := ask[*kmsg.ElectLeadersResponse](p, req, 1); resp.ErrorCode != kerr.InvalidRequest.Code {
		t.Errorf("unknown type: %+v", resp)
	}
}

func TestListPartitionReassignments(t *testing.T) {
	b := startBroker(t, Options{})
	b.createTopic("a", 1)
	req := kmsg.NewPtrListPartitionReassignmentsRequest()
	if resp := ask[*kmsg.ListPartitionReassignmentsResponse](b.dial(), req, 0); resp.ErrorCode != 0 || len(resp.Topics) != 0 {
		t.Errorf("%+v", resp)
	}
}
