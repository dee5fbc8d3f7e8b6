package broker

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kmsg"
)

// Whatever kmsg encodes, a walk along the shape ends where it ends: in every version of every request.
func TestShapesAreThoseOfTheProtocol(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for key := range shapes {
		fields := shapeOf(key)
		for version := int16(0); version <= kmsg.RequestForKey(key).MaxVersion(); version++ {
			for round := range 20 {
				req := kmsg.RequestForKey(key)
				fill(r, reflect.ValueOf(req).Elem(), round > 0)
				req.SetVersion(version)
				b := req.AppendTo(nil)
				w := walk{wireReader: wireReader{b: b}, version: version, flexible: req.IsFlexible()}
				w.structure(fields)
				if w.bad || len(w.b) != 0 {
					t.Fatalf("%s version %d: bad %v, %d of %d bytes left: %x\n%+v", kmsg.NameForKey(key), version, w.bad, len(w.b), len(b), b, req)
				}
				if len(b) == 0 {
					continue
				}
				w = walk{wireReader: wireReader{b: b[:len(b)-1]}, version: version, flexible: req.IsFlexible()}
				if w.structure(fields); !w.bad {
					t.Fatalf("%s version %d: the last byte is not missed", kmsg.NameForKey(key), version)
				}
			}
		}
	}
}

// fill gives every field of a message a value, or, sometimes, none.
func fill(r *rand.Rand, v reflect.Value, some bool) {
	if tags, ok := v.Addr().Interface().(*kmsg.Tags); ok {
		if some && r.IntN(4) == 0 {
			tags.Set(100+uint32(r.IntN(100)), make([]byte, r.IntN(300)))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i), some)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes(make([]byte, r.IntN(200)))
			return
		}
		if !some || r.IntN(5) == 0 {
			return // null
		}
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(4), 4))
		for i := range v.Len() {
			fill(r, v.Index(i), some)
		}
	case reflect.Pointer:
		if r.IntN(2) == 0 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), some)
		}
	case reflect.String:
		v.SetString(string(make([]byte, r.IntN(200))))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(r.Uint64() >> 1))
	}
}

// What kmsg would count or allocate for minutes is refused at once.
func TestClaimsAreCheckedBeforeTheyAreBelieved(t *testing.T) {
	start := time.Now()
	apis := served()
	for name, payload := range map[string][]byte{
		"four billion tags in the header": {0, 3, 0, 12, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"four billion tags in the body":   {0, 3, 0, 12, 0, 0, 0, 1, 0xff, 0xff, 0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"a long array":                    append([]byte{0, 3, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0, 0x30, 0, 0}, make([]byte, 0x300000)...),
		"an array of many small things":   append([]byte{0, 3, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0, 0x10, 0, 0}, make([]byte, 0x300000)...),
	} {
		if _, err := apis.decode(&frame{buf: payload}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}
