package nexmark

import (
	"math/bits"
	"strconv"
)

// channelTable holds the members channel and url of bids, as they stand in the
// JSON text from the channel's name to the end of the URL: four hot channels,
// then the others. A channel always has the same URL.
type channelTable struct {
	text []byte
	ends []uint32
}

const (
	hotChannels  = 4
	coldChannels = 10_000
)

func newChannelTable(seed uint64) channelTable {
	t := channelTable{ends: make([]uint32, 0, hotChannels+coldChannels)}
	for i := range hotChannels + coldChannels {
		r := newRandom(seed, ^uint64(i)) // Apart from all events.
		cold := int64(i) - hotChannels
		if cold < 0 {
			t.text = append(t.text, [hotChannels]string{"Google", "Facebook", "Baidu", "Apple"}[i]...)
		} else {
			t.text = append(t.text, "channel-"...)
			t.text = strconv.AppendInt(t.text, cold, 10)
		}
		t.text = append(t.text, `","url":"https://www.nexmark.com/`...)
		for range 3 {
			t.text = append(r.word(t.text, 5, '_'), '/')
		}
		t.text = append(t.text, "item.htm?query=1"...)
		if cold >= 0 && !r.oneIn(10) {
			id := int64(int32(bits.Reverse32(uint32(cold))))
			t.text = append(t.text, "&channel_id="...)
			t.text = strconv.AppendInt(t.text, max(id, -id), 10)
		}
		t.ends = append(t.ends, uint32(len(t.text)))
	}
	return t
}

// append appends the text of a hot channel half of the time, else of any other.
func (t *channelTable) append(dst []byte, r *random) []byte {
	var c int64
	if x := r.below(2 * coldChannels); x < coldChannels {
		c = hotChannels + x
	} else {
		c = x % hotChannels
	}
	from := uint32(0)
	if c > 0 {
		from = t.ends[c-1]
	}
	return append(dst, t.text[from:t.ends[c]]...)
}
