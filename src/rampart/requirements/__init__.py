"""What is asked: layers by holder and item under a posture, need by period, pledges due."""
