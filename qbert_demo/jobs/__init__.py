"""Work in processes of its own: a queue, a job's log, the process that forks children.

Knows nothing of training. Imports errors alone.
"""
