package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what a stretch of work cost the process.
type usage struct {
	wall, cpu time.Duration
}

// measure runs work and returns what it cost. CPU time is that of all threads,
// collector included.
func measure(work func() error) (usage, error) {
	rest()
	began, cpu := time.Now(), cpuTime()
	err := work()
	return usage{wall: time.Since(began), cpu: cpuTime() - cpu}, err
}

// rest waits until the process does nothing, so that one stretch does not pay
// for the garbage and the lazy writes of another.
func rest() {
	runtime.GC()
	const window = 20 * time.Millisecond
	for range 500 {
		before := cpuTime()
		time.Sleep(window)
		if cpuTime()-before < window/20 {
			return
		}
	}
}

// startProfile writes a CPU profile to dir/name.cpu until stop is called. With
// no directory it does nothing.
func startProfile(dir, name string) (stop func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	f, err := os.Create(filepath.Join(dir, name+".cpu"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close() // A profile cut short is seen when it is read.
	}, nil
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peakMemory returns the most memory the process has had resident, in bytes, or
// 0 where the system does not tell.
func peakMemory() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			if err == nil {
				return kib << 10
			}
		}
	}
	return 0
}

// rate prints a number per second in a short form.
func rate(n int64, d time.Duration) string {
	if d <= 0 {
		return "-"
	}
	return short(float64(n) / d.Seconds())
}

// short prints a number with three digits and a unit.
func short(f float64) string {
	switch {
	case f >= 1e9:
		return fmt.Sprintf("%.2fG", f/1e9)
	case f >= 1e6:
		return fmt.Sprintf("%.2fM", f/1e6)
	case f >= 1e3:
		return fmt.Sprintf("%.1fk", f/1e3)
	}
	return fmt.Sprintf("%.1f", f)
}
