//! For which machine a compiled program is, read off its first bytes.

use std::fmt;

/// What a compiled program says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) struct Native {
    /// The system on which it runs.
    pub(in crate::scan) system: System,
    /// The kind of processor; empty where it says none, or several.
    pub(in crate::scan) machine: &'static str,
}

/// The system on which a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scan) enum System {
    /// ELF: Linux, and other systems like it.
    Linux,
    /// PE.
    Windows,
    /// Mach-O.
    Mac,
    /// A virtual machine: WebAssembly, Java.
    Virtual,
}

impl fmt::Display for Native {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let system = match self.system {
            System::Linux => "Linux",
            System::Windows => "Windows",
            System::Mac => "macOS",
            System::Virtual => "a virtual machine",
        };
        let sign = if self.machine.is_empty() { "" } else { " on " };
        write!(formatter, "{system}{sign}{}", self.machine)
    }
}

/// Reads the head of a program; nothing of bytes that are none.
pub(in crate::scan) fn native(bytes: &[u8]) -> Option<Native> {
    let little = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let big = |at: usize| Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let found = |system, machine| Some(Native { system, machine });
    match bytes.get(..4)? {
        // `e_machine` of the ELF header, in the order of bytes that `EI_DATA` names.
        b"\x7fELF" => {
            let machine = if bytes.get(5) == Some(&2) { big(18) } else { little(18) };
            found(
                System::Linux,
                match machine {
                    Some(62) => "x86_64",
                    Some(3) => "x86",
                    Some(183) => "arm64",
                    Some(40) => "arm",
                    Some(243) => "riscv64",
                    Some(21) => "ppc64",
                    Some(22) => "s390x",
                    _ => "",
                },
            )
        }
        b"\0asm" => found(System::Virtual, "WebAssembly"),
        // Java classes begin as universal Mach-O files do; theirs is a version of 45 and more.
        b"\xca\xfe\xba\xbe" if bytes.get(7).is_some_and(|version| *version >= 45) => found(System::Virtual, "Java"),
        b"\xca\xfe\xba\xbe" => found(System::Mac, ""),
        b"\xcf\xfa\xed\xfe" | b"\xce\xfa\xed\xfe" => {
            let machine = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
            found(System::Mac, mac_machine(machine))
        }
        b"\xfe\xed\xfa\xcf" | b"\xfe\xed\xfa\xce" => {
            let machine = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
            found(System::Mac, mac_machine(machine))
        }
        start if start.starts_with(b"MZ") && bytes.len() > 64 => {
            // `e_lfanew` leads to the signature, which `Machine` follows.
            let at = u32::from_le_bytes(bytes.get(60..64)?.try_into().ok()?) as usize;
            let is_signed = at.checked_add(4).and_then(|end| bytes.get(at..end)) == Some(b"PE\0\0");
            let machine = if is_signed { little(at + 4) } else { None };
            found(
                System::Windows,
                match machine {
                    Some(0x8664) => "x86_64",
                    Some(0x014c) => "x86",
                    Some(0xaa64) => "arm64",
                    _ => "",
                },
            )
        }
        _ => None,
    }
}

fn mac_machine(machine: u32) -> &'static str {
    match machine {
        0x0100_0007 => "x86_64",
        0x0100_000c => "arm64",
        7 => "x86",
        _ => "",
    }
}

/// Tells whether the platform tag of a wheel (PEP 425), as it stands in the file's name, declares
/// such a program: the system, and the processor where both name one.
pub(in crate::scan) fn is_declared(wheel: &str, native: Native) -> bool {
    let Some(platforms) = wheel.strip_suffix(".whl").and_then(|stem| stem.rsplit('-').next()) else { return false };
    platforms.split('.').any(|platform| {
        let system = match native.system {
            System::Linux => platform.contains("linux"),
            System::Windows => platform.starts_with("win"),
            System::Mac => platform.starts_with("macosx"),
            // Bytecode runs wherever its machine does.
            System::Virtual => true,
        };
        let machine = match native.machine {
            "x86_64" => platform.ends_with("x86_64") || platform.ends_with("amd64"),
            "arm64" => platform.ends_with("arm64") || platform.ends_with("aarch64"),
            "x86" => platform.ends_with("86") || platform == "win32",
            _ => true,
        };
        system && (machine || platform.ends_with("universal2") || native.system == System::Virtual)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u8) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
        bytes.resize(18, 0);
        bytes.extend([machine, 0, 0, 0]);
        bytes
    }

    fn windows(machine: [u8; 2]) -> Vec<u8> {
        let mut bytes = b"MZ".to_vec();
        bytes.resize(60, 0);
        bytes.extend(64_u32.to_le_bytes());
        bytes.extend(b"PE\0\0");
        bytes.extend(machine);
        bytes
    }

    #[test]
    fn a_program_says_for_which_machine_it_is() {
        let rows: [(Vec<u8>, Option<&str>); 9] = [
            (elf(62), Some("Linux on x86_64")),
            (elf(183), Some("Linux on arm64")),
            (windows([0x64, 0x86]), Some("Windows on x86_64")),
            (b"\xcf\xfa\xed\xfe\x0c\0\0\x01".to_vec(), Some("macOS on arm64")),
            (b"\xca\xfe\xba\xbe\0\0\0\x02".to_vec(), Some("macOS")),
            (b"\xca\xfe\xba\xbe\0\0\0\x34".to_vec(), Some("a virtual machine on Java")),
            (b"\0asm\x01\0\0\0".to_vec(), Some("a virtual machine on WebAssembly")),
            (b"MZ is a format".to_vec(), None),
            (b"".to_vec(), None),
        ];
        for (bytes, expected) in rows {
            assert_eq!(native(&bytes).map(|native| native.to_string()).as_deref(), expected);
        }
    }

    #[test]
    fn a_wheel_declares_programs_for_the_platforms_that_its_name_has() {
        let rows = [
            ("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", elf(62), true),
            ("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", elf(183), false),
            ("demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl", windows([0x64, 0x86]), false),
            ("demo-1.0-cp312-cp312-win_amd64.whl", windows([0x64, 0x86]), true),
            ("demo-1.0-cp312-cp312-macosx_11_0_universal2.whl", b"\xca\xfe\xba\xbe\0\0\0\x02".to_vec(), true),
            ("demo-1.0-py3-none-any.whl", elf(62), false),
            ("demo-1.0.tar.gz", elf(62), false),
        ];
        for (wheel, bytes, expected) in rows {
            let native = native(&bytes).expect("a program");
            assert_eq!(is_declared(wheel, native), expected, "{wheel} {native}");
        }
    }
}
