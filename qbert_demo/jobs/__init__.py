"""Work in processes of its own: a queue, a job's log, the children and the server that forks them.

Knows nothing of training. Imports errors alone.
"""
