# The results of queries.sql, computed without leat: awk -f ../epoch.awk -f check.awk earthquakes.csv
# Every line begins with the name of the result it belongs to.
BEGIN { FS = "," }
NR > 1 {
  split($1, t, "[/ :.]")
  at = epoch(t[1] + 0, t[2] + 0, t[3] + 0, t[4] + 0, t[5] + 0, t[6] + 0)
  net = $11; day = substr($1, 1, 10)
  quakes[net "," day]++
  if ($5 != "" && (!((net "," day) in strongest) || $5 + 0 > strongest[net "," day])) strongest[net "," day] = $5 + 0
  last = at - at % 3600
  for (start = last - 5 * 3600; start <= last; start += 3600) rate[net "," start * 1000]++
  if ($5 != "" && $5 + 0 >= 6) strong[++n] = $12 "," net
}
END {
  for (k in quakes) print "per_day," k "," quakes[k] "," (k in strongest ? strongest[k] : "")
  for (k in rate) print "rate," k "," rate[k]
  for (i = 1; i <= n; i++) print "strong," strong[i]
}
