package function

import (
	"crypto/md5"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/leatdb/leat/types"
)

func bytesFunctions() []*Scalar {
	const names = "hex, utf8, ascii or base64"
	return []*Scalar{
		scalar("ENCODE", categoryString, "Converts a text from one encoding of bytes to another.",
			docs{"text": "the text to convert", "from": "its encoding: " + names, "to": "the wanted encoding, another one of the same"},
			[]Example{{"ENCODE('4578616d706C6521', 'hex', 'ascii')", "Example!"}, {"ENCODE('Example!', 'utf8', 'base64')", "RXhhbXBsZSE="}},
			over("(text STRING, from STRING, to STRING) -> STRING", perCallStrict(encodeKernel))),
		scalar("FROM_BYTES", categoryString, "Converts a binary value to a text in an encoding.",
			docs{"value": "the binary value", "encoding": names},
			[]Example{{"FROM_BYTES(TO_BYTES('stream', 'utf8'), 'hex')", "73747265616D"}},
			over("(value BYTES, encoding STRING) -> STRING", perCallStrict(fromBytesKernel))),
		scalar("TO_BYTES", categoryString, "Converts a text in an encoding to the binary value it stands for.",
			docs{"text": "the text", "encoding": names},
			[]Example{{"LEN(TO_BYTES('c3bc', 'hex'))", "2"}},
			over("(text STRING, encoding STRING) -> BYTES", text(func(dst []byte, args []*types.Vector, i int) ([]byte, error) {
				e, err := encodingOf(args[1].Str[i])
				if err != nil {
					return dst, err
				}
				return e.decode(dst, args[0].Str[i])
			}))),
		numberFromBytes("BIGINT_FROM_BYTES", "BIGINT", 8, func(out *types.Vector, i int, n uint64) { out.I64[i] = int64(n) }),
		numberFromBytes("DOUBLE_FROM_BYTES", "DOUBLE", 8, func(out *types.Vector, i int, n uint64) { out.F64[i] = math.Float64frombits(n) }),
		numberFromBytes("INT_FROM_BYTES", "INT", 4, func(out *types.Vector, i int, n uint64) { out.I32[i] = int32(n) }),
		scalar("MD5", categoryString, "Returns the MD5 hash of a text's UTF-8 form in hexadecimal digits.",
			docs{"text": "the text to hash"},
			[]Example{{"MD5('stream')", "f7b44cfafd5c52223d5498196c8a2e7b"}},
			over("(text STRING) -> STRING", text(func(dst []byte, args []*types.Vector, i int) ([]byte, error) {
				sum := md5.Sum(raw(args[0].Str[i]))
				return hex.AppendEncode(dst, sum[:]), nil
			}))),
		uuid(),
	}
}

func encodeKernel(*Call) rowFunc {
	var bytes, buf []byte
	return func(args []*types.Vector, i int, out *types.Vector) error {
		s := args[0].Str[i]
		from, err := encodingOf(args[1].Str[i])
		if err != nil {
			return err
		}
		to, err := encodingOf(args[2].Str[i])
		if err != nil {
			return err
		}
		if from == to {
			return fmt.Errorf("cannot encode from %s to itself", args[1].Str[i])
		}
		if from == encodingHex {
			s = literalHex(s)
		}
		if bytes, err = from.decode(bytes[:0], s); err != nil {
			return err
		}
		buf = to.encode(buf[:0], bytes)
		out.Str[i] = out.Own(buf)
		return nil
	}
}

func fromBytesKernel(*Call) rowFunc {
	var buf []byte
	return func(args []*types.Vector, i int, out *types.Vector) error {
		e, err := encodingOf(args[1].Str[i])
		if err != nil {
			return err
		}
		buf = e.encode(buf[:0], raw(args[0].Str[i]))
		if e == encodingHex {
			upperHex(buf)
		}
		out.Str[i] = out.Own(buf)
		return nil
	}
}

func upperHex(b []byte) {
	for i, c := range b {
		if c >= 'a' {
			b[i] = c - 'a' + 'A'
		}
	}
}

func numberFromBytes(name, result string, size int, set func(out *types.Vector, i int, n uint64)) *Scalar {
	kernel := perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
		little := false
		if len(args) == 2 {
			switch order := args[1].Str[i]; {
			case strings.EqualFold(order, "LITTLE_ENDIAN"):
				little = true
			case !strings.EqualFold(order, "BIG_ENDIAN"):
				return fmt.Errorf("unknown byte order %q: expected BIG_ENDIAN or LITTLE_ENDIAN", order)
			}
		}
		b := raw(args[0].Str[i])
		if len(b) != size {
			return fmt.Errorf("the value has %d bytes; expected %d", len(b), size)
		}
		var wide [8]byte
		if little {
			copy(wide[:], b)
			set(out, i, binary.LittleEndian.Uint64(wide[:]))
		} else {
			copy(wide[8-size:], b)
			set(out, i, binary.BigEndian.Uint64(wide[:]))
		}
		return nil
	})
	return scalar(name, categoryString, fmt.Sprintf("Reads a number of type %s from its %d bytes.", P(result), size),
		docs{"value": "the bytes", "order": "BIG_ENDIAN, the default, or LITTLE_ENDIAN"},
		[]Example{{name + "(TO_BYTES('" + strings.Repeat("00", size) + "', 'hex'))", map[bool]string{true: "0.0", false: "0"}[result == "DOUBLE"]}},
		over("(value BYTES) -> "+result, kernel),
		over("(value BYTES, order STRING) -> "+result, kernel))
}

func uuid() *Scalar {
	random := over("() -> STRING", perCall(func(*Call) rowFunc {
		return func(_ []*types.Vector, i int, out *types.Vector) error {
			var b [16]byte
			if _, err := rand.Read(b[:]); err != nil {
				return errors.New("no random numbers: " + err.Error())
			}
			b[6] = b[6]&0x0F | 0x40 // Version 4: random.
			b[8] = b[8]&0x3F | 0x80 // The variant of RFC 4122.
			writeUUID(out, i, b[:])
			return nil
		}
	}))
	random.Volatile = true
	return scalar("UUID", categoryString, "Returns a random UUID, or the UUID with the given 16 bytes.",
		docs{"value": "the 16 bytes of the UUID; any other number gives NULL"},
		[]Example{{"LEN(UUID())", "36"}, {"UUID(TO_BYTES('00112233445566778899AABBCCDDEEFF', 'hex'))", "00112233-4455-6677-8899-aabbccddeeff"}},
		random,
		over("(value BYTES) -> STRING", perRowStrict(func(args []*types.Vector, i int, out *types.Vector) error {
			if len(args[0].Str[i]) != 16 {
				out.SetNull(i)
				return nil
			}
			writeUUID(out, i, raw(args[0].Str[i]))
			return nil
		})))
}

func writeUUID(out *types.Vector, i int, b []byte) {
	dst := out.Alloc(36)
	at := 0
	for k, n := range []int{4, 2, 2, 2, 6} {
		if k > 0 {
			dst[at] = '-'
			at++
		}
		at += hex.Encode(dst[at:], b[:n])
		b = b[n:]
	}
	out.Str[i] = types.View(dst)
}
