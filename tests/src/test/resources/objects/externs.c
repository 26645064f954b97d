// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// External symbols. Expect in .kconfig: LINUX_KERNEL_VERSION and CONFIG_HZ (strong), CONFIG_NO_SUCH_THING (weak: 0); in .ksyms: no_such_symbol
// (weak: address 0), no_such_function (weak: not called when absent), bpf_xdp_metadata_rx_hash and _timestamp (kernel functions).
// Without a device that offers metadata rx_hash returns -EOPNOTSUPP (-95): metadata PASS.

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

extern int LINUX_KERNEL_VERSION __kconfig;
extern int CONFIG_HZ __kconfig __weak;
extern int CONFIG_NO_SUCH_THING __kconfig __weak;
extern const int no_such_symbol __ksym __weak;
extern int no_such_function(__u32 number) __ksym __weak;

SEC("xdp")
int kconfig(struct xdp_md *ctx)
{
    (void)ctx;
    if (LINUX_KERNEL_VERSION < 0x050000)
        return XDP_ABORTED;
    return CONFIG_NO_SUCH_THING ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp")
int weak_symbol(struct xdp_md *ctx)
{
    (void)ctx;
    return &no_such_symbol ? XDP_ABORTED : XDP_PASS;
}

SEC("xdp")
int weak_function(struct xdp_md *ctx)
{
    (void)ctx;
    if (no_such_function)
        return no_such_function(1);
    return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
