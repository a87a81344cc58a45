//! Archives as tests send them; the tests of the API read this file as well.

/// Packs files into a tar archive.
pub fn tar_of(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, text.as_bytes()).expect("it is packed");
    }
    builder.into_inner().expect("an archive")
}
