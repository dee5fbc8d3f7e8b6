package log

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkAdmit checks batches of 1 KiB and 200-byte records as Append does before their turn.
func BenchmarkAdmit(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, size := range []int{200, 1024} {
		for codec := CodecNone; codec <= CodecZstd; codec++ {
			b.Run(fmt.Sprintf("%dB/codec=%d", size, codec), func(b *testing.B) {
				var build BatchBuilder
				for n := 0; n < 256<<10; n += size {
					value := make([]byte, size)
					for i := range value {
						value[i] = "abcdefgh"[rng.IntN(8)]
					}
					build.Append([]byte(fmt.Sprint("key", n)), value, nil, 1000)
				}
				batch := recompress(b, build.Bytes(), codec)
				pol := newPolicy(map[string]string{"max.message.bytes": "10000000"})
				b.SetBytes(256 << 10)
				b.ReportAllocs()
				for b.Loop() {
					if _, _, err := pol.admitBatch(batch, 1000); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
