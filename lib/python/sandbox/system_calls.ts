/** The numbers of the system calls that the filter knows, on one kind of machine. */
export interface SystemCalls {
  /** AUDIT_ARCH_*, linux/audit.h. */
  audit: number;
  clone: number;
  clone3: number;
  socket: number;
  ioctl: number;
  /** Those that set the mode of a file, which is this argument, counted from 0. */
  modes: [call: number, mode: number][];
  /** Those that open a file, which may make one. */
  opens: [call: number, flags: number, mode: number][];
  refused: number[];
}

/** Calls that have one number on all machines: those added since Linux 5.1. */
const REFUSED_EVERYWHERE = [
  425, // io_uring_setup
  426, // io_uring_enter
  427, // io_uring_register
  428, // open_tree
  429, // move_mount
  430, // fsopen
  431, // fsconfig
  432, // fsmount
  433, // fspick
  438, // pidfd_getfd
  440, // process_madvise
  442, // mount_setattr
  443, // quotactl_fd
  467, // open_tree_attr
];

export const SYSTEM_CALLS: Record<string, SystemCalls> = {
  x86_64: {
    audit: 0xc000003e,
    clone: 56,
    clone3: 435,
    socket: 41,
    ioctl: 16,
    modes: [
      [85, 1], // creat
      [90, 1], // chmod
      [91, 1], // fchmod
      [133, 1], // mknod
      [259, 2], // mknodat
      [268, 2], // fchmodat
      [452, 2], // fchmodat2
    ],
    opens: [
      [2, 1, 2], // open
      [257, 2, 3], // openat
    ],
    refused: [
      101, // ptrace
      103, // syslog
      134, // uselib
      153, // vhangup
      154, // modify_ldt
      155, // pivot_root
      156, // _sysctl
      161, // chroot
      163, // acct
      164, // settimeofday
      165, // mount
      166, // umount2
      167, // swapon
      168, // swapoff
      169, // reboot
      170, // sethostname
      171, // setdomainname
      172, // iopl
      173, // ioperm
      175, // init_module
      176, // delete_module
      179, // quotactl
      180, // nfsservctl
      212, // lookup_dcookie
      227, // clock_settime
      246, // kexec_load
      248, // add_key
      249, // request_key
      250, // keyctl
      256, // migrate_pages
      272, // unshare
      298, // perf_event_open
      300, // fanotify_init
      301, // fanotify_mark
      304, // open_by_handle_at
      305, // clock_adjtime
      308, // setns
      310, // process_vm_readv
      311, // process_vm_writev
      312, // kcmp
      313, // finit_module
      320, // kexec_file_load
      321, // bpf
      323, // userfaultfd
      ...REFUSED_EVERYWHERE,
    ],
  },
  aarch64: {
    audit: 0xc00000b7,
    clone: 220,
    clone3: 435,
    socket: 198,
    ioctl: 29,
    modes: [
      [33, 2], // mknodat
      [52, 1], // fchmod
      [53, 2], // fchmodat
      [452, 2], // fchmodat2
    ],
    opens: [
      [56, 2, 3], // openat
    ],
    refused: [
      18, // lookup_dcookie
      39, // umount2
      40, // mount
      41, // pivot_root
      42, // nfsservctl
      51, // chroot
      58, // vhangup
      60, // quotactl
      89, // acct
      97, // unshare
      104, // kexec_load
      105, // init_module
      106, // delete_module
      112, // clock_settime
      116, // syslog
      117, // ptrace
      142, // reboot
      161, // sethostname
      162, // setdomainname
      170, // settimeofday
      217, // add_key
      218, // request_key
      219, // keyctl
      224, // swapon
      225, // swapoff
      238, // migrate_pages
      241, // perf_event_open
      262, // fanotify_init
      263, // fanotify_mark
      265, // open_by_handle_at
      266, // clock_adjtime
      268, // setns
      270, // process_vm_readv
      271, // process_vm_writev
      272, // kcmp
      273, // finit_module
      280, // bpf
      282, // userfaultfd
      294, // kexec_file_load
      ...REFUSED_EVERYWHERE,
    ],
  },
};
