# Real TCP, whose large segments come whole or cut: what the test server's kernel is spared counts for it too. Sourced by bench.sh.

bulk() { # ON-OR-OFF
  local pid test cpu
  "$launcher" selftest --backend=nfqueue --requests=200 --concurrency=10 --response-bytes=1000000 -- --gso "$1" \
    > "$work/bulk" 2>&1 &
  test=$!
  await "$work/bulk" 'ready after' $test
  pid=$(sed -n 's/.* process \([0-9]*\), ready.*/\1/p' "$work/bulk")
  ticks "$pid"
  local begun=$((reply + reply_system))
  while ticks "$pid"; do cpu=$((reply + reply_system - begun)); nap 0.05; done
  wait $test || cat "$work/bulk"
  echo "Bulk answers, --gso $1: $(sed -n 's/^ *forwarded *\([0-9]* headers\).*/\1/p' "$work/bulk")," \
    "$((cpu * 1000 / hz)) ms CPU of intercept, $(sed -n 's/^ *served *//p' "$work/bulk")"
  sed -n 's/^ *replayed */  /p' "$work/bulk"
}
