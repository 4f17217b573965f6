"""When calls go out, whether they go out again, and when they have to end.

patience  which failures are worth another attempt, and how long to wait before it
budget    how many repetitions a session has
bucket    how many requests a host gets: a token bucket
shared    where processes of one user share a bucket
deadline  the moment at which the call of this thread ends
hurry     no waiting in tests
forking   what a child process makes anew
"""
