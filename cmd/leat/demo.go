package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/leatdb/leat"
)

func demoCommand() *cobra.Command {
	var length time.Duration
	var perSecond int
	c := &cobra.Command{
		Use:   "demo",
		Short: "Live results in this terminal: a web shop's clickstream and a handful of queries",
		Long: `Start an engine in a temporary directory, generate the clicks and orders of a web shop, run continuous queries over them, and
show their results as they change. Ctrl-C ends it and removes the directory.`,
		Example: "  leat demo --for 10s",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx := c.Context()
			if length > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, length)
				defer cancel()
			}
			return demo(ctx, c.OutOrStdout(), perSecond)
		},
	}
	c.Flags().DurationVar(&length, "for", 0, "end after that long, e.g. 10s")
	c.Flags().IntVar(&perSecond, "rate", 2000, "clicks per second")
	return c
}

// demo is the spine: directory, engine, queries, generator and screen until ctx
// ends.
func demo(ctx context.Context, out io.Writer, perSecond int) error {
	dir, err := os.MkdirTemp("", "leat-demo-")
	if err != nil {
		return err
	}
	db, err := leat.Open(context.WithoutCancel(ctx), dir)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	err = runDemo(ctx, out, db, perSecond)
	return errors.Join(err, db.Close(), os.RemoveAll(dir))
}

func runDemo(ctx context.Context, out io.Writer, db *leat.DB, perSecond int) error {
	if _, err := db.Exec(ctx, demoSQL); err != nil {
		return err
	}
	shop := newShop(time.Now())
	if err := db.Insert(ctx, "USERS", shop.users()...); err != nil {
		return err
	}
	generated := make(chan error, 1)
	go func() { generated <- shop.run(ctx, db, perSecond) }() // Ends with ctx; waited for below.
	s := newScreen(out)
	err := s.run(ctx, db, shop)
	if gerr := <-generated; err == nil {
		err = gerr
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	if err == nil {
		fmt.Fprintf(out, "\n%d clicks and %d orders went through %d continuous queries, each exactly once.\nNext: leat shell --data mydata\n",
			shop.clicks.Load(), shop.orders.Load(), len(db.Catalog().Queries()))
	}
	return err
}

// demoSQL declares the shop's topics and the queries over them.
const demoSQL = `
CREATE STREAM clicks (user_id VARCHAR KEY, page VARCHAR, status INT, millis INT)
  WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE TABLE users (id VARCHAR PRIMARY KEY, name VARCHAR, country VARCHAR)
  WITH (KAFKA_TOPIC='users', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM orders (user_id VARCHAR KEY, item VARCHAR, amount DOUBLE)
  WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=2);

CREATE TABLE pages AS
  SELECT page, COUNT(*) AS hits, AVG(millis) AS avg_millis, SUM(CASE WHEN status >= 500 THEN 1 ELSE 0 END) AS errors
  FROM clicks GROUP BY page EMIT CHANGES;

CREATE TABLE per_second AS
  SELECT status, COUNT(*) AS hits FROM clicks WINDOW TUMBLING (SIZE 1 SECOND, RETENTION 1 HOUR, GRACE PERIOD 10 SECONDS)
  GROUP BY status EMIT CHANGES;

CREATE TABLE visits AS
  SELECT user_id, COUNT(*) AS clicks FROM clicks WINDOW SESSION (5 SECONDS, RETENTION 1 HOUR, GRACE PERIOD 10 SECONDS)
  GROUP BY user_id EMIT CHANGES;

CREATE STREAM sales AS
  SELECT o.user_id AS user_id, o.item AS item, o.amount AS amount, u.name AS name, u.country AS country
  FROM orders o JOIN users u ON o.user_id = u.id EMIT CHANGES;

CREATE TABLE revenue AS
  SELECT country, COUNT(*) AS orders, SUM(amount) AS total FROM sales GROUP BY country EMIT CHANGES;

CREATE STREAM slow AS
  SELECT user_id, page, millis FROM clicks WHERE millis > 1500 EMIT CHANGES;
`

// screenWidth returns the size of the terminal behind out, if it is one.
func screenSize(out io.Writer) (width, height int, ok bool) {
	f, isFile := out.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 100, 40, false
	}
	width, height, err := term.GetSize(int(f.Fd()))
	return width, height, err == nil
}
