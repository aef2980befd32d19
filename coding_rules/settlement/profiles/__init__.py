"""Regional profiles that come with the program, one dated TOML file each."""
