/* SPDX-License-Identifier: Apache-2.0 */
/* proc_test.c -- sample texts of /proc and the lines they become. */
#include "app/cli/proc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static char storage[8192];
static struct sx_buf text;
static const struct sx_proc proc = {
    .text = &text, .host = {(const uint8_t *)"box 1", 5}, .ts_ns = 1700000000000000000};

static int begin(void **state)
{
    (void)state;
    sx_buf_init_fixed(&text, storage, sizeof storage);
    return 0;
}

static void expect(const char *lines)
{
    sx_buf_put_u8(&text, 0);
    assert_false(text.failed);
    assert_string_equal(storage, lines);
    sx_buf_clear(&text);
}

static void test_cpu_times_become_shares_of_the_time_between(void **state)
{
    (void)state;
    static const char before[] = "cpu  100 0 100 800 0 0 0 0 0 0\n"
                                 "cpu0 50 0 50 400 10 0 0 0 0 0\n"
                                 "cpu1 50 0 50 400 0 0 0 0 0 0\n"
                                 "intr 1 2 3\n";
    static const char now[] = "cpu  150 10 120 900 10 1 4 5 10 10\n"
                              "cpu0 100 0 70 450 5 0 0 0 0 0\n"
                              "cpu1 50 0 50 400 0 0 0 0 0 0\n"
                              "cpu2 1 1 1 1 1 1 1 1 1 1\n"
                              "ctxt 7\n";
    sx_proc_put_cpu(&proc, sx_bytes_of(before), sx_bytes_of(now));
    expect("cpu,host=box\\ 1,cpu=cpu-total usage_user=20,usage_nice=0,usage_system=10,"
           "usage_idle=50,usage_iowait=5,usage_irq=0.5,usage_softirq=2,usage_steal=2.5,"
           "usage_guest=5,usage_guest_nice=5 1700000000000000000\n"
           "cpu,host=box\\ 1,cpu=cpu0 usage_user=41.666666666666664,usage_nice=0,"
           "usage_system=16.666666666666668,usage_idle=41.666666666666664,usage_iowait=0,"
           "usage_irq=0,usage_softirq=0,usage_steal=0,usage_guest=0,usage_guest_nice=0"
           " 1700000000000000000\n");
}

static void test_memory_is_told_in_bytes(void **state)
{
    (void)state;
    sx_proc_put_mem(&proc, sx_bytes_of("MemTotal:        1000 kB\n"
                                       "MemFree:          300 kB\n"
                                       "MemAvailable:     500 kB\n"
                                       "Buffers:           50 kB\n"
                                       "Cached:           150 kB\n"
                                       "SwapTotal:          0 kB\n"
                                       "HugePages_Total:    0\n"
                                       "Bogus: x kB\n"));
    expect("mem,host=box\\ 1 total=1024000i,free=307200i,available=512000i,buffered=51200i,"
           "cached=153600i,swap_total=0i,used=512000i,used_percent=50,available_percent=50"
           " 1700000000000000000\n");
    sx_proc_put_mem(&proc, sx_bytes_of("MemTotal: 1000 kB\n"));
    expect("");
}

static void test_disks_that_were_used_have_figures(void **state)
{
    (void)state;
    sx_proc_put_diskio(&proc,
                       sx_bytes_of("   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
                                   " 254       0 vda 10 1 80 5 20 2 160 6 3 11 12 0 0 0 0 0 0\n"
                                   " 254       1 vda1 10 1 80\n"
                                   "garbage\n"
                                   "   8       0 sda 1 2 3 4 5 6 7 8 9 10 11\n"));
    expect("diskio,host=box\\ 1,name=vda reads=10i,writes=20i,read_bytes=40960i,"
           "write_bytes=81920i,read_time=5i,write_time=6i,io_time=11i,weighted_io_time=12i,"
           "iops_in_progress=3i,merged_reads=1i,merged_writes=2i 1700000000000000000\n"
           "diskio,host=box\\ 1,name=sda reads=1i,writes=5i,read_bytes=1536i,write_bytes=3584i,"
           "read_time=4i,write_time=8i,io_time=10i,weighted_io_time=11i,iops_in_progress=9i,"
           "merged_reads=2i,merged_writes=6i 1700000000000000000\n");
}

static void test_interfaces_but_the_loopback_have_figures(void **state)
{
    (void)state;
    sx_proc_put_net(
        &proc,
        sx_bytes_of("Inter-|   Receive                    |  Transmit\n"
                    " face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
                    "    lo:    1  2 3 4 5 6 7 8  9 10 11 12 13 14 15 16\n"
                    "  eth0:  100 20 1 2 0 0 0 0 200 30 3 4 0 0 0 0\n"
                    "wlan0:1234567890123 7 0 0 0 0 0 0 8 9 0 0 0 0 0 0\n"));
    expect("net,host=box\\ 1,interface=eth0 bytes_recv=100i,packets_recv=20i,err_in=1i,"
           "drop_in=2i,bytes_sent=200i,packets_sent=30i,err_out=3i,drop_out=4i"
           " 1700000000000000000\n"
           "net,host=box\\ 1,interface=wlan0 bytes_recv=1234567890123i,packets_recv=7i,"
           "err_in=0i,drop_in=0i,bytes_sent=8i,packets_sent=9i,err_out=0i,drop_out=0i"
           " 1700000000000000000\n");
}

static void test_load_uptime_and_processors_are_the_system(void **state)
{
    (void)state;
    static const char stat[] = "cpu  1 2\ncpu0 1\ncpu1 1\ncpuset 1\nintr 5\n";
    sx_proc_put_system(&proc, sx_bytes_of("0.52 1.69 12.00 5/110 31089\n"),
                       sx_bytes_of("5293.06 8129.09\n"), sx_bytes_of(stat));
    expect("system,host=box\\ 1 load1=0.52,load5=1.69,load15=12,n_cpus=3i,uptime=5293i"
           " 1700000000000000000\n");
    sx_proc_put_system(&proc, sx_bytes_of("0.52 x"), sx_bytes_of("1"), sx_bytes_of(stat));
    expect("");
}

static void test_mounts_of_devices_and_the_root_are_taken(void **state)
{
    (void)state;
    struct sx_bytes mounts =
        sx_bytes_of("overlay / overlay ro,relatime 0 0\n"
                    "tmpfs /dev/shm tmpfs rw 0 0\n"
                    "/dev/loop3 /snap/core squashfs ro 0 0\n"
                    "/dev/sda1 /mnt/a\\040b\\134 ext4 rw,errors=remount-ro 0 0\n"
                    "rootfs / rootfs rw 0 0\n"
                    "/dev/sdb /b xfs rw,ro 0 0");
    struct sx_mount mount;
    char path[32];
    assert_true(sx_proc_take_mount(&mounts, &mount));
    assert_true(sx_bytes_equal(mount.device, SX_LITERAL("overlay")));
    assert_true(mount.read_only);
    assert_true(sx_proc_take_mount(&mounts, &mount));
    assert_true(sx_bytes_equal(mount.device, SX_LITERAL("sda1")));
    assert_true(sx_bytes_equal(mount.type, SX_LITERAL("ext4")));
    assert_false(mount.read_only);
    assert_true(sx_proc_mount_path(mount.path, path, sizeof path));
    assert_string_equal(path, "/mnt/a b\\");
    assert_false(sx_proc_mount_path(mount.path, path, 9));
    assert_true(sx_proc_mount_path(mount.path, path, 10));
    sx_proc_put_disk(&proc, &mount, path, &(struct sx_disk_usage){1000, 400, 300, 50, 20});
    expect("disk,host=box\\ 1,device=sda1,fstype=ext4,mode=rw,path=/mnt/a\\ b\\? total=1000i,"
           "free=300i,used=600i,used_percent=66.66666666666667,inodes_total=50i,inodes_free=20i,"
           "inodes_used=30i 1700000000000000000\n");
    assert_true(sx_proc_take_mount(&mounts, &mount));
    assert_true(sx_bytes_equal(mount.path, SX_LITERAL("/b")));
    assert_true(mount.read_only);
    assert_false(sx_proc_take_mount(&mounts, &mount));
}

static void test_processes_are_counted_by_state(void **state)
{
    (void)state;
    static const char *const stats[] = {
        "1 (init) S 0 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 3 0 5 1 2",
        "2 (a ) R (b) R 0 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 5 1 2",
        "3 (x) Z 0 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 5 1 2",
        "4 (y) D 0 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 2 0 5 1 2",
        "5 (y) t 0 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 2 0 5 1 2",
        "6 (y) I",
        "7 (y) Q 1",
        "",
        "cut off",
    };
    struct sx_process_counts counts = {0};
    for (size_t i = 0; i < SX_COUNT_OF(stats); i++)
        sx_proc_count(&counts, sx_bytes_of(stats[i]));
    sx_proc_put_processes(&proc, &counts);
    expect("processes,host=box\\ 1 total=7i,total_threads=9i,running=1i,sleeping=1i,blocked=1i,"
           "zombies=1i,stopped=1i,paging=0i,dead=0i,idle=1i,unknown=1i 1700000000000000000\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_cpu_times_become_shares_of_the_time_between, begin),
        cmocka_unit_test_setup(test_memory_is_told_in_bytes, begin),
        cmocka_unit_test_setup(test_disks_that_were_used_have_figures, begin),
        cmocka_unit_test_setup(test_interfaces_but_the_loopback_have_figures, begin),
        cmocka_unit_test_setup(test_load_uptime_and_processors_are_the_system, begin),
        cmocka_unit_test_setup(test_mounts_of_devices_and_the_root_are_taken, begin),
        cmocka_unit_test_setup(test_processes_are_counted_by_state, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
