package datagen

import (
	"math"

	"github.com/leatdb/leat/types"
)

func shopQuickstarts() []Quickstart {
	return []Quickstart{
		{Name: "orders", Summary: "orders of a shop", Key: "orderid", Columns: []Column{{"ordertime", "BIGINT"}, {"orderid", "INT"}, {"itemid", "STRING"},
			{"orderunits", "DOUBLE"}, {"address", "STRUCT<CITY STRING, STATE STRING, ZIPCODE BIGINT>"}}, row: order},
		{Name: "ratings", Summary: "what passengers say of flights", Key: "rating_id", Columns: []Column{{"rating_id", "BIGINT"}, {"user_id", "INT"}, {"stars", "INT"},
			{"route_id", "INT"}, {"rating_time", "BIGINT"}, {"channel", "STRING"}, {"message", "STRING"}}, row: rating},
		{Name: "users", Summary: "users who register", Key: "userid", Columns: []Column{{"registertime", "BIGINT"}, {"userid", "STRING"},
			{"regionid", "STRING"}, {"gender", "STRING"}}, row: user},
	}
}

func order(d *draw) []any {
	return []any{d.now, int32(d.n), d.numbered("Item_", 999), math.Round((0.1+9.9*d.Float64())*1000) / 1000,
		types.StructValue{{Name: "CITY", Value: d.numbered("City_", 99)}, {Name: "STATE", Value: d.numbered("State_", 99)}, {Name: "ZIPCODE", Value: 10000 + d.Int64N(90000)}}}
}

func rating(d *draw) []any {
	stars := 1 + d.Int32N(5)
	message := d.one("more legroom than I hoped for", "the crew was kind", "on time, and well slept")
	if stars < 3 {
		message = d.one("my suitcase is elsewhere", "two hours at the gate", "the coffee was cold")
	}
	return []any{d.n + 1, d.Int32N(22) - 1, stars, 1 + d.Int32N(9999), d.now, d.one("web", "ios", "android", "desk"), message}
}

func user(d *draw) []any {
	return []any{d.now - d.Int64N(86_400_000), d.numbered("User_", 9), d.numbered("Region_", 9), d.one("MALE", "FEMALE", "OTHER")}
}
