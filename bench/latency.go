package bench

import (
	"fmt"
	"time"
)

// latencies are sorted.
type latencies []time.Duration

func (l latencies) at(part float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	return l[min(int(part*float64(len(l))), len(l)-1)]
}

func (l latencies) String() string {
	ms := func(part float64) float64 { return l.at(part).Seconds() * 1000 }
	return fmt.Sprintf("%.2f %.2f %.2f ms", ms(0.5), ms(0.99), ms(0.999))
}
