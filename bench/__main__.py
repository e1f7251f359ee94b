"""`make bench`: every measurement, one after the other."""

from bench import boards, evaluators, starts, together, writes

for measurement in (boards, writes, starts, together, evaluators):
    measurement.main()
