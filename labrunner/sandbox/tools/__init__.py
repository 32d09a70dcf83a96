"""Small programs that labs call and hosts may lack: each file runs by itself, on the standard library."""
