#!/bin/bash
# A client, a director and a real server as network namespaces of one machine: each way of forwarding carries a file
# through a virtual service. FAULT=command breaks the network before each trial.

here=$(dirname "$(readlink -e "${BASH_SOURCE[0]}")")
service=198.18.7.7
tcp=4711
declare -A address=([client]=192.0.2.10 [outside]=192.0.2.1 [inside]=198.51.100.1 [server]=198.51.100.20)
names=(client director server)
sent=$(mktemp) got=$(mktemp)
listener=0
failed=0

at() { ip netns exec "$@"; }
tune() {
  local where=$1 pair
  shift
  for pair; do at "$where" sysctl -qw "net.ipv4.$pair"; done
}

remove() {
  local name
  for name in "${names[@]}"; do ip netns del "$name" >/dev/null 2>&1; done
  if ((listener > 0)); then kill "$listener" 2>/dev/null; fi
  listener=0
}
finish() {
  remove
  rm -f "$sent" "$got"
}
trap finish EXIT

cable() { ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"; }

build() {
  local name
  for name in "${names[@]}"; do
    ip netns add "$name"
    at "$name" ip link set lo up
  done
  cable client c0 director d0
  cable client c1 server s1
  cable director d1 server s0
  at client ip link add lan type bridge
  for name in c0 c1; do
    at client ip link set "$name" master lan
    at client ip link set "$name" up
  done
  at client ip link set lan up
  at client ip addr add "${address[client]}/24" dev lan
  at director ip link set d0 up
  at director ip addr add "${address[outside]}/24" dev d0
  at director ip link set d1 up
  at director ip addr add "${address[inside]}/24" dev d1
  at server ip link set s0 up
  at server ip addr add "${address[server]}/24" dev s0
  at server ip link set s1 up
  at server ip addr add 192.0.2.30/24 dev s1
  at client ip route add "$service" via "${address[outside]}" dev lan
  at director ip addr add "$service/32" dev lo:1
  at director ipvsadm -A -t "$service:$tcp" -s rr
  sleep 1
}

# Up to $1 milliseconds for a command that succeeds.
within() {
  local end=$(($(date -u +%s%3N) + $1))
  shift
  until "$@"; do
    (($(date -u +%s%3N) > end)) && return 1
  done
}
listens() {
  at "$1" cat /proc/net/tcp | awk -v port=":$(printf %04X "$2")\$" '$2 ~ port && $4 == "0A" { found = 1 } END { exit !found }'
}

by_nc() {
  at server timeout 5 nc -l -p "$tcp" >"$got" &
  listener=$!
}
by_socat() {
  at server timeout 5 socat -u TCP-LISTEN:"$tcp",reuseaddr STDOUT >"$got" &
  listener=$!
}
carry() {
  dd if=/dev/urandom of="$sent" bs=64 count=3 status=none
  "$1"
  within 1000 listens server "$tcp" || return 2
  at client timeout 3 nc -w 1 "$service" "$tcp" <"$sent"
  wait "$listener"
  listener=0
  cmp "$sent" "$got" 2>/dev/null
}

quiet_server() {
  tune server conf.all.arp_ignore=1 conf.all.arp_announce=2 conf.all.rp_filter=0 conf.s0.rp_filter=0
  at server ip addr add "$service/32" dev lo:1
}
routed() {
  tune director ip_forward=1
  at director ipvsadm -a -t "$service:$tcp" -r "${address[server]}:$tcp"
  quiet_server
}
translated() {
  tune director ip_forward=1
  at director ipvsadm -a -m -t "$service:$tcp" -r "${address[server]}:$tcp"
  at server ip link del s1
  at server ip route add default via "${address[inside]}" dev s0
}
tunnelled() {
  local name
  for name in director server; do
    at "$name" modprobe -q ipip
    at "$name" ip link set tunl0 up
  done
  tune director ip_forward=0 conf.all.send_redirects=0 conf.default.send_redirects=0
  at director ipvsadm -a -i -t "$service:$tcp" -r "${address[server]}:$tcp"
  quiet_server
  tune server conf.tunl0.rp_filter=0
}

[ -d /proc/sys/net/ipv4/vs ] || modprobe -q ip_vs || { echo "SKIP: no IPVS"; exit 4; }
ip -Version >/dev/null 2>&1 && ipvsadm -v >/dev/null 2>&1 || { echo "SKIP: no tools"; exit 4; }

for way in routed translated tunnelled; do
  for by in by_nc by_socat; do
    remove
    build
    "$way"
    ${FAULT:-:}
    if carry "$by"; then verdict=ok; else verdict="lost ($?)"; failed=$((failed + 1)); fi
    printf '%-10s %-8s %s\n' "$way" "${by#by_}" "$verdict"
  done
done
if ((failed)); then
  echo -e "${here##*/}/$(basename "$0"): \033[0;31mFAIL\033[0m"
  exit 1
fi
echo -e "${here##*/}/$(basename "$0"): \033[0;32mPASS\033[0m"
