# The results of queries.sql, computed without leat: awk -f ../epoch.awk -f check.awk access.log
# Every line begins with the name of the result it belongs to.
BEGIN {
  FS = "\""
  split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", names, " ")
  for (i in names) month[names[i]] = i
}
{
  split($1, head, " ")
  ip = head[1]
  split(substr(head[4], 2), t, "[/:]")
  at = epoch(t[3] + 0, month[t[2]] + 0, t[1] + 0, t[4] + 0, t[5] + 0, t[6] + 0)
  split($2, request, " ")
  split($3, answer, " ")
  page = request[2]; status = answer[1]; size = answer[2] == "-" ? 0 : answer[2]
  minute[status "," (at - at % 60) * 1000]++
  hits[page]++; bytes[page] += size
  visitor[ip]++
  if (!(ip in first)) first[ip] = $4
  times[ip, visitor[ip]] = at
  if (status == 404) missing++
}
END {
  for (k in minute) print "status_per_minute," k "," minute[k]
  for (p in hits) print "pages," p "," hits[p] "," bytes[p]
  for (ip in visitor) {
    print "origins," ip "," visitor[ip] "," first[ip]
    n = visitor[ip]
    for (i = 2; i <= n; i++) { # Insertion sort: a visitor has few hits.
      x = times[ip, i]
      for (j = i - 1; j >= 1 && times[ip, j] > x; j--) times[ip, j + 1] = times[ip, j]
      times[ip, j + 1] = x
    }
    start = times[ip, 1]; count = 1
    for (i = 2; i <= n; i++) {
      if (times[ip, i] - times[ip, i - 1] > 1800) {
        print "visits," ip "," start * 1000 "," times[ip, i - 1] * 1000 "," count
        start = times[ip, i]; count = 0
      }
      count++
    }
    print "visits," ip "," start * 1000 "," times[ip, n] * 1000 "," count
  }
  print "not_found," missing
}
