package store

import (
	"fmt"
	"strings"
	"time"
)

// atOnce: the rows of a statement are as many arrays as there are columns.
func (*postgresEngine) atOnce(int) int { return 20_000 }

func (*postgresEngine) list(columns []column, rows [][]any) (from string, args []any) {
	parameters := make([]string, len(columns))
	for i, c := range columns {
		kind := "text"
		var values any
		switch c.kind {
		case kindInteger:
			kind, values = "bigint", columnOf[int64](rows, i)
		case kindBytes:
			kind, values = "bytea", columnOf[[]byte](rows, i)
		default:
			values = columnOf[string](rows, i)
		}
		parameters[i] = fmt.Sprintf("$%d::%s[]", i+1, kind)
		args = append(args, values)
	}
	return "unnest(" + strings.Join(parameters, ", ") + ")", args
}

// columnOf is a column as an array: of values, or of pointers to them where one
// is NULL.
func columnOf[T any](rows [][]any, place int) any {
	values := make([]T, len(rows))
	var null []int
	for i, row := range rows {
		if row[place] == nil {
			null = append(null, i)
			continue
		}
		values[i] = row[place].(T)
	}
	if null == nil {
		return values
	}
	pointers := make([]*T, len(values))
	for i := range values {
		pointers[i] = &values[i]
	}
	for _, i := range null {
		pointers[i] = nil
	}
	return pointers
}

// dayFormat ends the name of a day's partition: evaluation_count_20261127, in UTC.
const dayFormat = "20060102"

func partitionOf(table string, day int64) string {
	return table + "_" + time.UnixMilli(day*dayMs).UTC().Format(dayFormat)
}

// makeDays attaches tables made beside, which neither readers nor writers wait
// for. Nodes take turns.
func (*postgresEngine) makeDays(q query, table string, days []int64) error {
	if err := q.exec(`SELECT pg_advisory_xact_lock(hashtext('burgee partitions'))`); err != nil {
		return err
	}
	for _, day := range days {
		name := partitionOf(table, day)
		var there bool
		if err := q.row(`SELECT EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = $1)`, name).scan(&there); err != nil {
			return err
		}
		if there {
			continue
		}
		// Rows of a young day grow in place: room in the page keeps their index still.
		if err := q.exec(fmt.Sprintf(`CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = 80)`, name, table)); err != nil {
			return err
		}
		if err := q.exec(fmt.Sprintf(`ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM (%d) TO (%d)`, table, name, day*dayMs, (day+1)*dayMs)); err != nil {
			return err
		}
	}
	return nil
}

// dropDays locks the table, so it gives up soon when somebody reads for long, and
// is tried with the next retention.
func (*postgresEngine) dropDays(q query, table string, before int64) (partitioned bool, err error) {
	if err := q.exec(`SET LOCAL lock_timeout = '2s'`); err != nil {
		return true, err
	}
	var old []string
	err = q.each(func(from scanner) error {
		var name string
		if err := from.Scan(&name); err != nil {
			return err
		}
		day, err := time.Parse(dayFormat, strings.TrimPrefix(name, table+"_"))
		if err == nil && day.UnixMilli()+dayMs <= before { // else not one of ours, or too young
			old = append(old, name)
		}
		return nil
	}, `SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
		WHERE p.relnamespace = current_schema()::regnamespace AND p.relname = $1 ORDER BY 1`, table)
	if err != nil {
		return true, err
	}
	for _, name := range old {
		if err := q.exec("DROP TABLE IF EXISTS " + name); err != nil {
			return true, err
		}
	}
	return true, nil
}

// moveDays makes the partitions for what a move brings.
func (m *move) moveDays() error {
	var days []int64
	err := m.from.q.each(func(from scanner) error {
		var day int64
		err := from.Scan(&day)
		days = append(days, day)
		return err
	}, fmt.Sprintf(`SELECT DISTINCT minute / %d FROM %s`, dayMs, minuteTableName))
	if err != nil {
		return err
	}
	return m.transact(m.from.q.ctx, func(q query) error { return m.to.engine.makeDays(q, minuteTableName, days) })
}
