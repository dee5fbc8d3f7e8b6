package datagen

import (
	"fmt"
	"time"
)

func webQuickstarts() []Quickstart {
	return []Quickstart{
		{Name: "pageviews", Summary: "pages that the users of users look at", Key: "viewtime", Columns: []Column{{"viewtime", "BIGINT"}, {"userid", "STRING"}, {"pageid", "STRING"}},
			row: func(d *draw) []any { return []any{1 + 10*d.n, d.numbered("User_", 9), d.numbered("Page_", 99)} }},
		{Name: "clickstream", Summary: "the log of a web server", Key: "ip", Columns: []Column{{"ip", "STRING"}, {"userid", "INT"}, {"remote_user", "STRING"}, {"time", "STRING"},
			{"_time", "BIGINT"}, {"request", "STRING"}, {"status", "STRING"}, {"bytes", "STRING"}, {"referrer", "STRING"}, {"agent", "STRING"}}, row: click},
		{Name: "clickstream_users", Summary: "the users of clickstream", Key: "user_id", Columns: []Column{{"user_id", "INT"}, {"username", "STRING"}, {"registered_at", "BIGINT"},
			{"first_name", "STRING"}, {"last_name", "STRING"}, {"city", "STRING"}, {"level", "STRING"}}, row: clicker},
		{Name: "clickstream_codes", Summary: "what the status codes of clickstream mean", Key: "code", Columns: []Column{{"code", "INT"}, {"definition", "STRING"}}, row: code},
	}
}

// codes are the status codes, in the order of rows.
var codes = []struct {
	code    int32
	meaning string
}{{200, "Successful"}, {302, "Redirect"}, {404, "Page not found"}, {405, "Method not allowed"}, {406, "Not acceptable"}, {407, "Proxy authentication required"}}

func code(d *draw) []any {
	c := codes[d.n%int64(len(codes))]
	return []any{c.code, c.meaning}
}

// visitors is how many users click; each keeps an address for some seconds.
const visitors = 40

func click(d *draw) []any {
	user := 1 + d.Int32N(visitors)
	session := d.now/30_000 + int64(user)*7
	at := time.UnixMilli(d.now).UTC()
	return []any{fmt.Sprintf("111.%d.%d.%d", session%200, (session*31)%200, user), user, "-", at.Format("02/Jan/2006:15:04:05 +0000"), d.now,
		d.one("GET /index.html HTTP/1.1", "GET /site/login.html HTTP/1.1", "GET /images/track.png HTTP/1.1", "POST /site/user_status.html HTTP/1.1"),
		fmt.Sprint(codes[d.IntN(len(codes))].code), fmt.Sprint(256 << d.IntN(8)), "-", d.one("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (Macintosh)", "curl/8.5.0")}
}

func clicker(d *draw) []any {
	first, last := d.one("Ada", "Grace", "Edsger", "Barbara", "Alan", "Frances"), d.one("Lovelace", "Hopper", "Dijkstra", "Liskov", "Turing", "Allen")
	return []any{int32(d.n%visitors) + 1, fmt.Sprintf("%c%s_%d", first[0]|0x20, last, d.n%visitors+1), d.now - d.Int64N(1e10), first, last,
		d.one("Oslo", "Lisbon", "Osaka", "Quito", "Accra"), d.one("Gold", "Silver", "Platinum")}
}
