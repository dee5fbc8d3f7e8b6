package broker

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"maps"
	"net"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// side is a broker that is asked, and what it has told that later requests need.
type side struct {
	*peer
	topics     map[[16]byte]string // by id
	member     string
	generation int32
	producer   int64
}

// step is a request that both sides get, in every version that both serve from min on.
type step struct {
	name string
	min  int16
	req  func(s *side, version int16) kmsg.Request
	keep func(s *side, resp kmsg.Response) // what the answer told
}

// TestAnswersAreThoseOfKfake sends the same requests to us and to kfake, another implementation of the protocol, and compares the
// answers field by field. Where they differ the table of differences says why; what stands there must occur.
func TestAnswersAreThoseOfKfake(t *testing.T) {
	b := startBroker(t, Options{StrictReplication: true})
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	conn, err := net.Dial("tcp", cluster.ListenAddrs()[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	ours, theirs := &side{peer: b.dial()}, &side{peer: &peer{t, conn}}
	limits := versionsOf(theirs)
	found := map[finding][]int16{}
	for _, st := range steps() {
		for v := st.min; ; v++ {
			key := st.req(ours, v).Key()
			a := b.apis.find(key)
			if a == nil {
				t.Fatalf("%s: key %d is not served", st.name, key)
			}
			v = max(v, a.min, limits[key].MinVersion)
			if v > min(a.max, limits[key].MaxVersion) {
				break
			}
			x, y := ours.take(&st, v), theirs.take(&st, v)
			for path := range merged(x, y) {
				if x[path] != y[path] {
					f := finding{st.name, path, orAbsent(x, path), orAbsent(y, path)}
					found[f] = append(found[f], v)
				}
			}
		}
	}
	judge(t, found)
}

// finding is a field in the answer to a step that the two sides do not agree on.
type finding struct{ step, path, ours, theirs string }

// judge looks the findings up in the table of differences.
func judge(t *testing.T, found map[finding][]int16) {
	occurred := make([]bool, len(differences))
	for _, f := range slices.SortedFunc(maps.Keys(found), func(a, b finding) int { return strings.Compare(a.step+a.path, b.step+b.path) }) {
		i := slices.IndexFunc(differences, func(d difference) bool {
			return glob(d.step, f.step) && glob(d.path, f.path) && glob(d.ours, f.ours) && glob(d.theirs, f.theirs)
		})
		if i < 0 {
			t.Errorf("%s: %s is %s, kfake's %s, in versions %v", f.step, f.path, f.ours, f.theirs, found[f])
			continue
		}
		occurred[i] = true
	}
	for i, ok := range occurred {
		if !ok {
			t.Errorf("this difference is over: %+v", differences[i])
		}
	}
}

// glob matches a text with a pattern in which * stands for anything.
func glob(pattern, text string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(text)
}

func versionsOf(s *side) map[int16]kmsg.ApiVersionsResponseApiKey {
	all := map[int16]kmsg.ApiVersionsResponseApiKey{}
	req := kmsg.NewPtrApiVersionsRequest()
	req.ClientSoftwareName, req.ClientSoftwareVersion = "leat", "1"
	for _, k := range ask[*kmsg.ApiVersionsResponse](s.peer, req, 3).ApiKeys {
		all[k.ApiKey] = k
	}
	return all
}

// take runs a step and returns the fields of the answer.
func (s *side) take(st *step, version int16) map[string]string {
	s.t.Helper()
	req := st.req(s, version)
	s.request(req, version)
	resp := s.answer(req)
	if st.keep != nil {
		st.keep(s, resp)
	}
	fields := map[string]string{}
	s.flatten("", "", reflect.ValueOf(resp).Elem(), fields)
	return fields
}

func merged(a, b map[string]string) map[string]string {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

func orAbsent(fields map[string]string, path string) string {
	if v, ok := fields[path]; ok {
		return v
	}
	return "absent"
}

// unequal are fields that say where a broker is and how it calls things; texts of errors are for people.
var unequal = map[string]bool{
	"Version": true, "UnknownTags": true, "ThrottleMillis": true, "ErrorMessage": true, "Host": true, "Port": true, "Rack": true, "ClusterID": true,
	"NodeID": true, "ControllerID": true, "Leader": true, "Replicas": true, "ISR": true, "Brokers": true, "ClientHost": true, "Dir": true,
}

// flatten adds the fields below a value by their paths. What each side draws for itself gets a name that is the same on both.
func (s *side) flatten(path, name string, v reflect.Value, fields map[string]string) {
	switch x := v.Interface().(type) {
	case []byte:
		fields[path] = s.bytesText(name, x)
		return
	case [16]byte:
		fields[path] = s.idText(x)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			fields[path] = "null"
			return
		}
		s.flatten(path, name, v.Elem(), fields)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i).Name; !unequal[f] {
				s.flatten(path+"."+f, f, v.Field(i), fields)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			s.flatten(path+"["+s.elementName(v.Index(i), i)+"]", "", v.Index(i), fields)
		}
	default:
		fields[path] = s.plainText(name, v)
	}
}

// elementName is what an element of an array is called, so that order does not count.
func (s *side) elementName(v reflect.Value, i int) string {
	if v.Kind() != reflect.Struct {
		return fmt.Sprint(i)
	}
	for _, name := range []string{"Topic", "Name", "Partition", "Group", "ResourceName", "TopicID"} {
		f := v.FieldByName(name)
		if !f.IsValid() {
			continue
		}
		if id, ok := f.Interface().([16]byte); ok {
			return s.idText(id)
		}
		for f.Kind() == reflect.Pointer && !f.IsNil() {
			f = f.Elem()
		}
		if f.Kind() != reflect.Pointer && f.Interface() != "" {
			return fmt.Sprint(f.Interface())
		}
	}
	return fmt.Sprint(i)
}

func (s *side) idText(id [16]byte) string {
	switch name, known := s.topics[id]; {
	case known:
		return name
	case id == [16]byte{}:
		return "none"
	}
	return "id"
}

func (s *side) bytesText(name string, b []byte) string {
	if name != "RecordBatches" {
		return fmt.Sprintf("%q", b)
	}
	text := ""
	for rest := slices.Clone(b); len(rest) >= batchHeadBytes; {
		n := min(batchLengthFrom+int(binary.BigEndian.Uint32(rest[batchLength:])), len(rest))
		one := rest[:n]
		clear(one[12:16]) // the leader epoch
		clear(one[17:21]) // the checksum, which covers the producer
		clear(one[43:51]) // the producer
		text += fmt.Sprintf("%d bytes %08x ", n, crc32.ChecksumIEEE(one))
		rest = rest[n:]
	}
	return fmt.Sprintf("%d bytes: %s", len(b), text)
}

func (s *side) plainText(name string, v reflect.Value) string {
	text := fmt.Sprint(v.Interface())
	switch name {
	case "LeaderEpoch", "ProducerID", "SessionID":
		if v.Int() > 0 || v.Int() == 0 && name != "SessionID" {
			return "some"
		}
	case "MemberID", "LeaderID":
		if text != "" && text == s.member {
			return "the member"
		}
		if strings.Contains(text, "-") {
			return "a member"
		}
	}
	return text
}
