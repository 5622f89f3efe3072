# Medians over the rounds, and ratios of them. Sourced by bench.sh.

median() { # SUBJECT RATE PHASE COLUMN, which is a name in $columns or above: the whole machine's time less that of the drop, by rounds
  awk -F'\t' -v subject="$1" -v rate="$2" -v phase="$3" -v wanted="$4" -v names="${columns[*]}" '
    BEGIN { n = split(names, name, " "); for (i = 1; i <= n; i++) at[name[i]] = i; column = at[wanted == "above" ? "whole" : wanted] }
    $3 == rate && $2 == "drop" { floor[$1] = $at["whole"] }
    $3 == rate && $2 == subject && $4 == phase { value[$1] = $column }
    END {
      for (round in value) {
        if (wanted != "above") print value[round]
        else if (round in floor) print value[round] - floor[round]
      }
    }' "$work/runs" | sort -g |
    awk '{ v[NR] = $1 } END { if (NR) print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2; else print "-" }'
}

table() { # PHASE NAME=HEADING …
  local phase=$1 rate subject column head='| rate | subject' rule='|---|---'
  shift
  for column; do head+=" | ${column#*=}" rule+='|---'; done
  printf '%s |\n%s|\n' "$head" "$rule"
  for rate in $rates; do
    for subject in $subjects; do
      grep -q "$(printf '\t%s\t%s\t%s\t' "$subject" "$rate" "$phase")" "$work/runs" || continue
      printf '| %s | %s' "$rate" "$subject"
      for column; do printf ' | %s' "$(median "$subject" "$rate" "$phase" "${column%%=*}")"; done
      echo ' |'
    done
  done
}

tables() {
  local phase stressed=() machine=('rest=rest of the kernel' 'whole=whole machine' 'above=above the drop' 'softirq=softirq (part of all)')
  if [ "$stress" != 0 ]; then # which has the rest of the machine
    stressed=('verdict_p50=verdict p50 µs' 'verdict_p99=p99' 'verdict_max=longest') machine=()
  fi
  for phase in cold warm; do
    cut -f 4 "$work/runs" | grep -qx $phase || continue
    printf '\n%s, medians of %s rounds: what is handled, when, and the memory\n' "$phase" "$rounds"
    table $phase offered=offered/s handled=handled/s dropped=dropped 'p50=p50 µs' 'p99=p99 µs' 'p999=p99.9 µs' \
      'silence=longest silence ms' "${stressed[@]}" 'peak=peak MB'
    printf '\n%s: µs of CPU a packet\n' "$phase"
    table $phase 'cpu=process' user=user system=system 'sender=sender' 'client=client' "${machine[@]}"
    printf '\n%s: ratios of medians\n' "$phase"
    ratios $phase
  done
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a > 0 && b > 0) printf "%.2f", a / b; else printf "-" }'; }

ratios() { # PHASE: of each subject to the loop that works one by one
  local rate subject column
  echo '| rate | subject / one | CPU of the process | above the drop | whole machine | p50 | p99 | p99 of the verdict | handled |'
  echo '|---|---|---|---|---|---|---|---|---|'
  for rate in $rates; do
    for subject in $subjects; do
      case $subject in one | drop) continue ;; esac
      printf '| %s | %s' "$rate" "$subject"
      for column in cpu above whole p50 p99 verdict_p99 handled; do
        printf ' | %s' "$(ratio "$(median "$subject" "$rate" "$1" $column)" "$(median one "$rate" "$1" $column)")"
      done
      echo ' |'
    done
  done
}
