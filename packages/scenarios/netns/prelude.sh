# What every script of `lvsim export netns` has in common. LAB is set before it, the lab follows it.
set -u
LC_ALL=C
export LC_ALL

say() { printf '%s\n' "$*" >&2; }
refuse() {
  say "$LAB: $*"
  exit 2
}

# --- What must be there. All that is missing is named at once; nothing has been touched by then.

MISSING=()
need_tool() { command -v "$1" >/dev/null 2>&1 || MISSING+=("the program $1 (package $2)"); }
# WHAT COMMAND: something of the kernel, tried out in a network namespace that ends with it
need_kernel() {
  command -v unshare >/dev/null 2>&1 || return 0
  unshare --net --mount sh -c "$2" >/dev/null 2>&1 || MISSING+=("$1")
}
load() { modprobe -q "$1" 2>/dev/null || :; }

enough() {
  [ "$(id -u)" = 0 ] || refuse "this needs root: sudo bash $0"
  [ ${#MISSING[@]} -eq 0 ] && return
  say "$LAB: this machine lacks"
  printf '  %s\n' "${MISSING[@]}" >&2
  exit 2
}

# --- A world of its own: mounts, processes and a network without any cable to the outside. It ends with the script,
# however that ends. Its own network namespace holds the switches.

enter() {
  [ -f "$0" ] || refuse "save this script as a file and run that"
  FOLDER=${1:-$LAB.recording}
  if [ -e "$FOLDER" ] && [ -n "$(ls -A "$FOLDER")" ]; then refuse "$FOLDER is not empty"; fi
  mkdir -p "$FOLDER/starts" "$FOLDER/requests" "$FOLDER/frames" "$FOLDER/tables" || exit 2
  FOLDER=$(cd "$FOLDER" && pwd)
  local made_names=no status=0
  [ -d /run/netns ] || { mkdir -p /run/netns && made_names=yes; }
  WORK=$(mktemp -d) || exit 2
  LVSIM_INSIDE=yes FOLDER=$FOLDER WORK=$WORK unshare --mount --net --uts --ipc --pid --fork \
    --kill-child --mount-proc --propagation private bash "$0" &
  local world=$!
  # everything in that world dies with its first process
  trap 'kill -KILL $world; wait $world 2>/dev/null; tidy $made_names; say "$LAB: interrupted"; exit 130' INT TERM HUP
  wait $world || status=$?
  tidy $made_names
  exit $status
}

tidy() {
  rmdir "$WORK"
  [ "$1" = no ] || rmdir /run/netns
}

inside() {
  mount -t tmpfs lvsim "$WORK" || refuse "cannot mount a tmpfs"
  mount -t tmpfs lvsim /run/netns || refuse "cannot mount a tmpfs"
  quiet_ipv6
  ip link set lo up
  printf 'lab %s\nby Linux %s\n' "$LAB" "$(uname -r)" >"$FOLDER/recording"
}

quiet_ipv6() {
  [ ! -d /proc/sys/net/ipv6 ] || sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
}

# --- Machines, switches and cables

declare -A PID
# What a new network namespace may have inherited from this machine's settings is put back to the kernel's defaults.
ZERO="rp_filter arp_ignore arp_announce arp_filter arp_accept arp_notify proxy_arp accept_local route_localnet \
src_valid_mark forwarding log_martians accept_source_route"
ONE="send_redirects accept_redirects secure_redirects shared_media"

settings() {
  quiet_ipv6
  local name which
  for which in all default; do
    for name in $ZERO; do sysctl -q -w "net.ipv4.conf.$which.$name=0"; done
    for name in $ONE; do sysctl -q -w "net.ipv4.conf.$which.$name=1"; done
  done
  sysctl -q -w net.ipv4.ip_forward=0
  # since 6.5 a SYN is repeated every second at first; 6.1 doubles its patience from the start
  [ ! -e /proc/sys/net/ipv4/tcp_syn_linear_timeouts ] || sysctl -q -w net.ipv4.tcp_syn_linear_timeouts=0
}

# Runs as the first process of a machine.
INIT='
root=$1/root
mount -t proc proc "$root/proc" && mount -t sysfs sysfs "$root/sys" && mount --rbind /dev "$root/dev" || exit 1
for fresh in run tmp root; do mount -t tmpfs lvsim "$root/$fresh" || exit 1; done
chmod 1777 "$root/tmp"
mkdir -p "$root/run/lock" "$root/var/log/nginx"
rm -f "$root"/var/log/nginx/*
hostname "$2"
: >"$1/ready"
exec chroot "$root" sleep infinity'

# NAME HOSTNAME: a network namespace, processes of its own, and files of its own laid over this machine's
machine() {
  local dir=$WORK/$1 pid
  mkdir -p "$dir/upper" "$dir/work" "$dir/root"
  mount -t overlay lvsim -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$dir/root" ||
    refuse "cannot lay files over this machine's"
  ip netns add "$1" || refuse "cannot make the namespace of $1"
  ip netns exec "$1" bash -c "$(declare -f quiet_ipv6 settings); ZERO='$ZERO' ONE='$ONE'; settings"
  ip -n "$1" link set lo up
  ip netns exec "$1" unshare --mount --uts --pid --fork --kill-child --propagation private \
    bash -c "$INIT" init "$dir" "$2" </dev/null >/dev/null 2>&1 &
  pid=$!
  until [ -e "$dir/ready" ]; do
    kill -0 $pid 2>/dev/null || refuse "the machine $1 did not come up"
    sleep 0.02
  done
  read -r PID["$1"] _ <"/proc/$pid/task/$pid/children"
}

# MACHINE PROGRAM ARGUMENTS…: within the machine
within() {
  local target=${PID[$1]}
  shift
  nsenter --target "$target" --mount --uts --net --pid --root --wd -- "$@"
}

# MACHINE PATH MODE CONTENT
give() {
  printf '%s' "$4" | within "$1" sh -c 'mkdir -p "${1%/*}"; cat >"$1"; chmod "$2" "$1"' - "$2" "$3"
}

# MACHINE TARGET NAME
link() { within "$1" sh -c 'mkdir -p "${2%/*}"; rm -rf "$2"; ln -s "$1" "$2"' - "$2" "$3"; }

# NUMBER: a bridge that forwards from the start
switch() {
  ip link add "s$1" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
  ip link set "s$1" up
}

PORTS=0
# MACHINE DEVICE MAC SWITCH [netem words]
cable() {
  local port=p$PORTS name=$1 device=$2 mac=$3 switch=$4
  shift 4
  PORTS=$((PORTS + 1))
  ip link add "$port" type veth peer name "$device" address "$mac" netns "$name" || refuse "no cable for $name"
  ip link set "$port" master "s$switch" up
  ip -n "$name" link set "$device" up
  if command -v ethtool >/dev/null; then
    ethtool -K "$port" tx off rx off tso off gso off gro off >/dev/null 2>&1
    ip netns exec "$name" ethtool -K "$device" tx off rx off tso off gso off gro off >/dev/null 2>&1
  fi
  [ $# -eq 0 ] && return
  tc qdisc add dev "$port" root netem "$@" && tc -n "$name" qdisc add dev "$device" root netem "$@" ||
    refuse "no netem: $*"
}

# --- What runs on a machine

COMMAND_PATH=/usr/local/lvsim:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# MACHINE COMMAND
on() {
  within "$1" env -i -C /root HOME=/root USER=root LANG=C.UTF-8 PATH=$COMMAND_PATH bash -c "$2"
}

# KIND NUMBER MACHINE COMMAND: notes it, what it printed, its status and its milliseconds
noted() {
  local base=$FOLDER/$1/$2 status=0 began
  began=$(date +%s%N)
  on "$3" "$4" >"$base.stdout" 2>"$base.stderr" </dev/null || status=$?
  printf '%s\n' "$status" >"$base.status"
  printf '%s\n' "$3" >"$base.from"
  printf '%s\n' "$4" >"$base.command"
  printf '%s\n' "$((($(date +%s%N) - began) / 1000000))" >"$base.ms"
  return "$status"
}

# NUMBER MACHINE ok|fails COMMAND
start() {
  local status=0
  noted starts "$1" "$2" "$4" || status=$?
  if [ "$3" = ok ] && [ $status -ne 0 ]; then
    say "$2# ${4##*$'\n'}: status $status: $(head -n 1 "$FOLDER/starts/$1.stderr")"
  fi
}

# MACHINE AFTER COMMAND: something that goes wrong meanwhile
fault() { (
  sleep "$2"
  on "$1" "$3" </dev/null >/dev/null 2>&1
) & }

# NUMBER MACHINE DUE COMMAND: DUE in milliseconds after the first of its kind
request() {
  local now
  [ "$3" != 0 ] || FIRST=$(date +%s%N)
  now=$((($(date +%s%N) - FIRST) / 1000000))
  [ "$now" -ge "$3" ] || sleep "$(printf '%d.%03d' $((($3 - now) / 1000)) $((($3 - now) % 1000)))"
  noted requests "$1" "$2" "$4" || :
}

# --- What is recorded

SNIFFERS=()
# MACHINE DEVICE
sniff() {
  local file=$1.$2
  ip netns exec "$1" tcpdump -Z root --immediate-mode -U -s 0 -n -i "$2" -w "$FOLDER/frames/$file.pcap" 'not ip6' \
    </dev/null >/dev/null 2>"$WORK/$file.said" &
  SNIFFERS+=($!)
  until grep -qs 'listening on' "$WORK/$file.said"; do
    kill -0 $! 2>/dev/null || refuse "tcpdump on $1 $2: $(cat "$WORK/$file.said")"
    sleep 0.02
  done
}

stop_sniffing() {
  sleep 0.2
  kill -INT "${SNIFFERS[@]}" 2>/dev/null
  wait "${SNIFFERS[@]}" 2>/dev/null
}

# MACHINE FILE COMMAND: nothing where the program is not there
table() {
  on "$1" "command -v ${3%% *}" >/dev/null 2>&1 || return 0
  mkdir -p "$FOLDER/tables/$1"
  on "$1" "$3" >"$FOLDER/tables/$1/$2" 2>/dev/null </dev/null || :
}

# --- What must hold. A result is ok, failed or unseen: what only a simulation sees.

FAILED=0
# NUMBER error|warning ok|failed|unseen FOUND
result() {
  printf '%s\t%s\t%s\n' "$1" "$3" "$(printf '%s' "$4" | tr '\n\t' '  ')" >>"$FOLDER/checks.tsv"
  if [ "$3" = failed ] && [ "$2" = error ]; then FAILED=1; fi
}
unseen() { result "$1" "$2" unseen "$3"; }

# all|some|COUNT FOUND OF: whether so many are as many as there must be
as_many() {
  case $1 in
    all) [ "$2" -eq "$3" ] && [ "$3" -gt 0 ] ;;
    some) [ "$2" -gt 0 ] ;;
    *) [ "$2" -eq "$1" ] ;;
  esac
}

holds() { if "$@"; then echo ok; else echo failed; fi; }

# TEXT PART: "" is part of any
has() { case $1 in *"$2"*) return 0 ;; *) return 1 ;; esac }

# NUMBER LEVEL SECONDS "MACHINES" COMMAND STATUS STDOUT WITHOUT STDERR, "" for what may be anything
check_command() {
  local tries=$3 name found status verdict
  while :; do
    verdict=ok
    for name in $4; do
      status=0
      on "$name" "$5" >"$WORK/stdout" 2>"$WORK/stderr" </dev/null || status=$?
      found="$name# $5: status $status, $(cat "$WORK/stdout" "$WORK/stderr")"
      [ -z "$6" ] || [ "$6" = $status ] || verdict=failed
      has "$(cat "$WORK/stdout")" "$7" || verdict=failed
      if [ -n "$8" ] && has "$(cat "$WORK/stdout")" "$8"; then verdict=failed; fi
      has "$(cat "$WORK/stderr")" "$9" || verdict=failed
      [ $verdict = ok ] || break
    done
    if [ $verdict = ok ] || [ "$tries" -le 0 ]; then break; fi
    tries=$((tries - 1))
    sleep 1
  done
  result "$1" "$2" $verdict "$found"
}

# NUMBER LEVEL MACHINE ADDRESS MAC…: whom the machine takes for the owner of an address
check_owner() {
  local number=$1 level=$2 name=$3 address=$4 line mac verdict=failed
  shift 4
  line=$(ip -n "$name" neigh show to "$address")
  for mac in "$@"; do has "$line" "lladdr $mac" && verdict=ok; done
  result "$number" "$level" $verdict "$line"
}

# NUMBER LEVEL TIMES FROM COMMAND STATUS STDOUT STDERR LONGER SHORTER (milliseconds), "" for what may be anything
check_requests() {
  local base all=0 found=0
  for base in "$FOLDER"/requests/*.status; do
    [ -e "$base" ] || continue
    base=${base%.status}
    [ -z "$4" ] || [ "$4" = "$(cat "$base.from")" ] || continue
    all=$((all + 1))
    has "$(cat "$base.command")" "$5" || continue
    [ -z "$6" ] || [ "$6" = "$(cat "$base.status")" ] || continue
    has "$(cat "$base.stdout")" "$7" || continue
    has "$(cat "$base.stderr")" "$8" || continue
    [ -z "$9" ] || [ "$(cat "$base.ms")" -gt "$9" ] || continue
    [ -z "${10}" ] || [ "$(cat "$base.ms")" -lt "${10}" ] || continue
    found=$((found + 1))
  done
  result "$1" "$2" "$(holds as_many "$3" $found $all)" "$found of $all requests"
}

# NUMBER LEVEL TIMES FILTER FILE…: frames of captures that a filter lets pass; FILE is MACHINE.DEVICE=FILTER
check_frames() {
  local number=$1 level=$2 times=$3 filter=$4 found=0 file more
  shift 4
  for file in "$@"; do
    more=${file#*=}
    found=$((found + $(tcpdump -n -r "$FOLDER/frames/${file%%=*}.pcap" "($filter) and ($more)" 2>/dev/null | wc -l)))
  done
  result "$number" "$level" "$(holds as_many "$times" $found $found)" "$found frames"
}

finish() {
  [ ! -e "$FOLDER/checks.tsv" ] || sort -n -o "$FOLDER/checks.tsv" "$FOLDER/checks.tsv"
  [ ! -e "$FOLDER/checks.tsv" ] || cat "$FOLDER/checks.tsv"
  say "recorded in $FOLDER; now: lvsim compare ${LAB_ARGUMENT} $FOLDER"
  exit $FAILED
}
