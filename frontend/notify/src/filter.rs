//! The program that the kernel runs for each system call.

use libc::{
    BPF_ABS, BPF_JEQ, BPF_JGE, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SECCOMP_RET_ALLOW,
    SECCOMP_RET_USER_NOTIF, sock_filter,
};

/// Offsets in the kernel's `seccomp_data`, in bytes.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

/// How the kernel names the architecture whose system calls this program was compiled for.
#[cfg(target_arch = "x86_64")]
const NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const NATIVE: u32 = 0xc000_00b7;
#[cfg(target_arch = "riscv64")]
const NATIVE: u32 = 0xc000_00f3;
#[cfg(target_arch = "s390x")]
const NATIVE: u32 = 0x8000_0016;
#[cfg(all(target_arch = "powerpc64", target_endian = "little"))]
const NATIVE: u32 = 0xc000_0015;
#[cfg(not(any(
    target_arch = "x86_64",
    target_arch = "aarch64",
    target_arch = "riscv64",
    target_arch = "s390x",
    all(target_arch = "powerpc64", target_endian = "little")
)))]
const NATIVE: u32 = UNKNOWN;

/// No architecture.
const UNKNOWN: u32 = 0;

/// Numbers from here on are those of x32, the 32-bit variant of x86-64 that shares its architecture.
const FOREIGN: u32 = 0x4000_0000;

/// Reports the system calls `numbers`, and every call of another architecture; allows all others.
///
/// Errors: `None` if there are more numbers than a jump can pass over, or on an architecture that is not known here.
pub(crate) fn program(numbers: &[u32]) -> Option<Vec<sock_filter>> {
    if NATIVE == UNKNOWN {
        return None;
    }
    let load = |offset| statement(BPF_LD | BPF_W | BPF_ABS, offset);
    let mut program =
        vec![load(ARCHITECTURE), jump_if(BPF_JEQ, NATIVE, 1, 0), answer(SECCOMP_RET_USER_NOTIF)];
    let compared = numbers.len();
    program.extend([load(NUMBER), jump_if(BPF_JGE, FOREIGN, u8::try_from(compared + 1).ok()?, 0)]);
    for (index, number) in numbers.iter().enumerate() {
        // From here past the comparisons that are left and past the answer that allows.
        program.push(jump_if(BPF_JEQ, *number, u8::try_from(compared - index).ok()?, 0));
    }
    program.extend([answer(SECCOMP_RET_ALLOW), answer(SECCOMP_RET_USER_NOTIF)]);
    Some(program)
}

/// True for a system call that the filter knows by its number.
pub(crate) fn is_native(architecture: u32, number: u32) -> bool {
    architecture == NATIVE && number < FOREIGN
}

fn statement(code: u32, k: u32) -> sock_filter {
    instruction(code, 0, 0, k)
}

fn jump_if(comparison: u32, value: u32, if_true: u8, if_false: u8) -> sock_filter {
    instruction(BPF_JMP | comparison | BPF_K, if_true, if_false, value)
}

fn answer(action: u32) -> sock_filter {
    statement(BPF_RET | BPF_K, action)
}

fn instruction(code: u32, jt: u8, jf: u8, k: u32) -> sock_filter {
    // All codes of the classic instruction set fit.
    sock_filter { code: u16::try_from(code).unwrap_or_default(), jt, jf, k }
}

#[cfg(test)]
mod tests {
    use libc::{BPF_JGE, SECCOMP_RET_ALLOW, SECCOMP_RET_USER_NOTIF};

    use super::{ARCHITECTURE, FOREIGN, NATIVE, program};

    /// Runs a program as the kernel would.
    fn run(numbers: &[u32], architecture: u32, number: u32) -> u32 {
        let program = program(numbers).unwrap();
        let (mut at, mut loaded) = (0, 0);
        loop {
            let step = program[at];
            at += 1;
            match u32::from(step.code) & 7 {
                0 => loaded = if step.k == ARCHITECTURE { architecture } else { number },
                5 => {
                    let is_at_least = u32::from(step.code) & 0xf0 == BPF_JGE;
                    let holds = if is_at_least { loaded >= step.k } else { loaded == step.k };
                    at += usize::from(if holds { step.jt } else { step.jf });
                }
                _ => return step.k,
            }
        }
    }

    #[test]
    fn the_numbers_asked_for_and_foreign_calls_are_reported() {
        for (architecture, number, expected) in [
            (NATIVE, 2, SECCOMP_RET_USER_NOTIF),
            (NATIVE, 257, SECCOMP_RET_USER_NOTIF),
            (NATIVE, 437, SECCOMP_RET_USER_NOTIF),
            (NATIVE, 3, SECCOMP_RET_ALLOW),
            (NATIVE, FOREIGN + 3, SECCOMP_RET_USER_NOTIF),
            (NATIVE ^ 1, 3, SECCOMP_RET_USER_NOTIF),
        ] {
            assert_eq!(run(&[2, 257, 437], architecture, number), expected, "{number}");
        }
        assert!(program(&[0; 300]).is_none());
    }
}
