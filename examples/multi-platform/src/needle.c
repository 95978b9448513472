/* What the C compiler believes of the machine. */

unsigned compass_pointer_bytes(void) {
    return (unsigned)sizeof(void *);
}

const char *compass_machine(void) {
#if defined(__aarch64__)
    return "aarch64";
#elif defined(__arm__)
    return "arm";
#elif defined(__x86_64__)
    return "x86_64";
#elif defined(__i386__)
    return "x86";
#elif defined(__s390x__)
    return "s390x";
#elif defined(__powerpc64__)
    return "powerpc64";
#elif defined(__riscv)
    return "riscv64";
#elif defined(__loongarch64)
    return "loongarch64";
#else
    return "something else";
#endif
}
