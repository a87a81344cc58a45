//! Where bundles come from: folders, git repositories, corpus files.
